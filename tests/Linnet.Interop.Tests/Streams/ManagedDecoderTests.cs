using System.Runtime.InteropServices;
using Linnet.Codecs.Streams;
using Linnet.Interop.Tests.Sources;

namespace Linnet.Interop.Tests.Streams;

/// <summary>Streams of other encoders, decoded with the C libraries and without.</summary>
public sealed class ManagedDecoderTests(Ffmpeg ffmpeg) : IClassFixture<Ffmpeg>
{
    [Theory]
    [InlineData("a.mp3", "-c:a libmp3lame -q:a 2")]
    [InlineData("b.mp3", "-c:a libmp3lame -b:a 32k -ar 44100 -ac 1")]
    [InlineData("c.mp3", "-c:a libmp3lame -q:a 2 -ar 24000")]
    [InlineData("d.mp3", "-c:a libmp3lame -b:a 64k -ar 16000")]
    [InlineData("e.mp3", "-c:a libmp3lame -b:a 32k -ar 12000")]
    [InlineData("f.mp3", "-c:a libmp3lame -b:a 16k -ar 11025 -ac 1")]
    [InlineData("g.mp3", "-c:a libshine -b:a 128k")]
    [InlineData("a.mp2", "-c:a libtwolame -b:a 384k")]
    [InlineData("b.mp2", "-c:a libtwolame -b:a 64k -ar 32000")]
    [InlineData("c.mp2", "-c:a libtwolame -mode joint_stereo -b:a 128k -ar 48000")]
    [InlineData("d.mp2", "-c:a mp2 -b:a 96k -ar 22050")]
    [InlineData("e.mp2", "-c:a mp2 -b:a 56k -ac 1")]
    [InlineData("a.ogg", "-c:a libvorbis -q:a -1")]
    [InlineData("b.ogg", "-c:a libvorbis -q:a 10")]
    [InlineData("c.ogg", "-c:a libvorbis -b:a 96k -minrate 96k -maxrate 96k")]
    [InlineData("d.ogg", "-c:a vorbis -strict -2")]
    [InlineData("e.ogg", "-c:a libvorbis -q:a 5 -ar 8000 -ac 1")]
    [InlineData("f.ogg", "-af pan=5.1|FL=FL|FR=FR|FC=0.5*FL|LFE=0.25*FR|BL=0*FR|BR=0.1*FL -c:a libvorbis -q:a 5")]
    [InlineData("g.ogg", "-af pan=quad|FL=FL|FR=0*FR|BL=0.3*FR|BR=0.1*FL -c:a libvorbis -q:a 5")]
    public void A_stream_sounds_the_same(string name, string how)
    {
        Ffmpeg.Run(["-i", ffmpeg.Reference("reference.wav", 44_100, 2), .. how.Split(' '), ffmpeg[name]]);
        byte[] stream = File.ReadAllBytes(ffmpeg[name]);

        ReadOnlySpan<float> native = CollectionsMarshal.AsSpan(Decode(Create(name, isManaged: false), stream));
        ReadOnlySpan<float> managed = CollectionsMarshal.AsSpan(Decode(Create(name, isManaged: true), stream));

        Assert.Equal(native.Length, managed.Length);
        double sound = 0, difference = 0;
        for (int i = 0; i < native.Length; i++)
        {
            sound += native[i] * (double)native[i];
            difference += (native[i] - managed[i]) * (double)(native[i] - managed[i]);
        }

        Assert.InRange(10 * Math.Log10(difference / sound), -1000, -100);
    }

    [Theory]
    [InlineData("mp3", 500)]
    [InlineData("vorbis", 500)]
    [InlineData("opus", 200)]
    [InlineData("opus-surround", 100)]
    public void Damaged_streams_never_fail(string format, int streams) => Fuzz(format, 0, streams);

    [Theory]
    [Trait("Length", "Long")]
    [InlineData("mp3", 20_000)]
    [InlineData("vorbis", 20_000)]
    [InlineData("opus", 20_000)]
    [InlineData("opus-surround", 20_000)]
    public void Twenty_thousand_damaged_streams_never_fail(string format, int streams) => Fuzz(format, 1_000_000, streams);

    private static void Fuzz(string format, int first, int streams)
    {
        var stream = new FuzzedStream(format);
        foreach (int seed in Enumerable.Range(first, streams))
        {
            foreach (bool isFile in new[] { false, true })
            {
                try
                {
                    List<float> pcm = Decode(Create(format, isManaged: true, isFile), stream.Damaged(seed));
                    Assert.DoesNotContain(pcm, static sample => !float.IsFinite(sample));
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"The stream {format} {seed} failed.", e);
                }
            }
        }
    }

    private static IStreamDecoder Create(string name, bool isManaged, bool isFile = true) =>
        name.EndsWith("ogg", StringComparison.Ordinal) || name is "vorbis" or "opus" or "opus-surround"
            ? new OggStreamDecoder(isFile, isManaged) : new MpegStreamDecoder(isFile, isManaged);

    private static List<float> Decode(IStreamDecoder decoder, byte[] stream)
    {
        using (decoder)
        {
            var decoded = new Decoded();
            for (int i = 0; i < stream.Length; i += 1000)
            {
                decoder.Write(stream.AsSpan(i, Math.Min(1000, stream.Length - i)), decoded);
            }

            decoder.Complete(decoded);
            return decoded.Pcm;
        }
    }
}
