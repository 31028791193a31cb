using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Interop.Tests.Sources;
using Linnet.Sources.Files;
using Linnet.Wire.Flac;
using Linnet.Wire.Mpeg;
using Linnet.Wire.Ogg;

namespace Linnet.Interop.Tests.Streams;

public sealed class StreamDecoderTests(Ffmpeg ffmpeg) : IClassFixture<Ffmpeg>
{
    [Theory]
    [InlineData("a.mp3", "audio/mpeg", StreamCodec.Mp3, 44_100, 2, "-c:a libmp3lame -b:a 128k -write_xing 0")]
    [InlineData("b.mp3", "", StreamCodec.Mp3, 48_000, 2, "-c:a libmp3lame -q:a 4 -write_xing 0")]
    [InlineData("c.mp3", "audio/mpeg", StreamCodec.Mp3, 22_050, 1, "-c:a libmp3lame -b:a 32k -write_xing 0 -ar 22050 -ac 1")]
    [InlineData("d.mp2", "audio/mpeg", StreamCodec.Other, 48_000, 2, "-c:a mp2 -b:a 192k")]
    [InlineData("e.ogg", "application/ogg", StreamCodec.Vorbis, 44_100, 2, "-c:a libvorbis -q:a 6")]
    [InlineData("f.opus", "audio/ogg", StreamCodec.Opus, 48_000, 2, "-c:a libopus -b:a 96k")]
    [InlineData("g.opus", "audio/mpeg", StreamCodec.Opus, 48_000, 1, "-c:a libopus -b:a 32k -ac 1 -frame_duration 60")]
    [InlineData("h.opus", "audio/ogg", StreamCodec.Opus, 48_000, 6,
        "-af pan=5.1|FL=FL|FR=FR|FC=0.5*FL|LFE=0.25*FR|BL=0.3*FR|BR=0.1*FL -c:a libopus -b:a 320k -mapping_family 1")]
    internal void Lossy_streams_sound_the_same_as_in_ffmpeg(
        string name, string contentType, StreamCodec codec, int rate, int channels, string how)
    {
        Encode(name, rate >= 44_100 ? rate : 44_100, how, "Song");
        float[] expected = Reference(name, codec);

        Decoded decoded = Decoded.Of(File.ReadAllBytes(ffmpeg[name]), contentType);

        Assert.Null(decoded.Problem);
        StreamFormat format = Assert.Single(decoded.Formats);
        Assert.Equal((new AudioFormat(rate, channels), codec, 0), (format.Pcm, format.Codec, format.BitDepth));
        Assert.Equal(expected.Length, decoded.Pcm.Count);
        Assert.InRange(Difference(expected, CollectionsMarshal.AsSpan(decoded.Pcm)), 0, 0.0005);
        if (codec is not StreamCodec.Other)
        {
            Assert.Equal([("Song", 0)], decoded.Tracks);
        }
    }

    [Theory]
    [InlineData("a.flac", "audio/flac", 16, "-c:a flac")]
    [InlineData("b.flac", "", 24, "-c:a flac -sample_fmt s32 -bits_per_raw_sample 24")]
    [InlineData("c.oga", "audio/ogg", 16, "-c:a flac -f ogg")]
    [InlineData("d.oga", "application/ogg", 24, "-c:a flac -sample_fmt s32 -bits_per_raw_sample 24 -f ogg")]
    [InlineData("e.wav", "audio/wav", 16, "-c:a pcm_s16le")]
    [InlineData("f.wav", "", 24, "-c:a pcm_s24le")]
    public void Lossless_streams_give_every_sample(string name, string contentType, int bits, string how)
    {
        string reference = Encode(name, bits == 16 ? 44_100 : 96_000, how, "Song", bits);
        using FileSource source = FileSource.Open(reference);
        float[] expected = Ffmpeg.ReadAll(source).Pcm;

        foreach (int piece in new[] { 50, 100_000 })
        {
            Decoded decoded = Decoded.Of(File.ReadAllBytes(ffmpeg[name]), contentType, piece);

            Assert.Null(decoded.Problem);
            Assert.Equal((source.Format, bits), (decoded.Formats.Single().Pcm, decoded.Formats.Single().BitDepth));
            Assert.Equal(expected, decoded.Pcm);
            Assert.Equal([("Song", 0)], decoded.Tracks);
        }
    }

    [Theory]
    [InlineData("a.aac", "audio/aac", 44_100, 2, "-c:a aac -b:a 128k -f adts")]
    [InlineData("b.aac", "audio/mpeg", 48_000, 1, "-c:a aac -b:a 64k -ac 1 -f adts")]
    [InlineData("c.webm", "audio/webm", 48_000, 2, "-c:a libopus -b:a 96k")]
    [InlineData("d.mka", "", 44_100, 2, "-c:a flac")]
    [InlineData("e.ts", "video/mp2t", 48_000, 2, "-c:a aac -b:a 128k -f mpegts")]
    public void Other_streams_sound_the_same_as_in_ffmpeg(string name, string contentType, int rate, int channels, string how)
    {
        Encode(name, rate, how, "Song");
        float[] expected = Reference(name, StreamCodec.Other);

        Decoded decoded = Decoded.Of(File.ReadAllBytes(ffmpeg[name]), contentType);

        Assert.Null(decoded.Problem);
        StreamFormat format = Assert.Single(decoded.Formats);
        Assert.Equal((new AudioFormat(rate, channels), StreamCodec.Other, 0), (format.Pcm, format.Codec, format.BitDepth));
        Assert.Empty(decoded.Packets);
        Assert.InRange(expected.Length - decoded.Pcm.Count, 0, 2048 * channels);
        Assert.InRange(Difference(expected.AsSpan(0, decoded.Pcm.Count), CollectionsMarshal.AsSpan(decoded.Pcm)), 0, 1e-6);
    }

    [Fact]
    public void FLAC_of_unknown_length_is_decoded_and_its_frames_are_unchanged()
    {
        string reference = ffmpeg.Reference("piped.wav", 44_100, 2);
        byte[] stream = Piped("-i", reference, "-c:a", "flac", "-f", "flac", "pipe:1");
        using FileSource source = FileSource.Open(reference);

        Decoded decoded = Decoded.Of(stream, "audio/flac", 777);

        Assert.Equal(Ffmpeg.ReadAll(source).Pcm, decoded.Pcm);
        byte[] frames = [.. decoded.Packets.SelectMany(packet => packet)];
        Assert.Equal(stream[^frames.Length..], frames);
        Assert.Equal(FlacBlockHeader.Length + FlacStreamInfo.BlockLength, decoded.Formats[0].Headers.Single().Length);
    }

    [Fact]
    public void MP3_frames_are_passed_on_without_the_table_and_tags()
    {
        Encode("table.mp3", 44_100, "-c:a libmp3lame -q:a 2 -write_xing 1 -write_id3v1 1", "Song");
        Encode("plain.mp3", 44_100, "-c:a libmp3lame -q:a 2 -write_xing 0 -id3v2_version 0", "Song");
        byte[] table = File.ReadAllBytes(ffmpeg["table.mp3"]);
        byte[] plain = File.ReadAllBytes(ffmpeg["plain.mp3"]);

        Decoded decoded = Decoded.Of(table, "audio/mpeg", 500);

        Assert.Equal(plain, decoded.Packets.SelectMany(packet => packet));
        Assert.Equal(decoded.Packets.Count * 1152, decoded.Frames);
        Assert.True(MpegHeader.TryParse(decoded.Packets[0], out _));
    }

    [Fact]
    public void Titles_of_chained_Ogg_change_with_the_sound()
    {
        Encode("one.opus", 48_000, "-c:a libopus -b:a 64k", "One");
        Encode("two.opus", 48_000, "-c:a libopus -b:a 64k", "Two");
        byte[] one = File.ReadAllBytes(ffmpeg["one.opus"]);
        int frames = Decoded.Of(one, "audio/ogg").Frames;

        Decoded decoded = Decoded.Of([.. one, .. File.ReadAllBytes(ffmpeg["two.opus"])], "audio/ogg");

        Assert.Equal(96_000, frames);
        Assert.Equal([("One", 0), ("Two", frames)], decoded.Tracks);
        Assert.Equal(2 * frames, decoded.Frames);
        Assert.Single(decoded.Formats);
    }

    [Fact]
    public void Opus_with_a_gain_is_decoded_with_it_and_not_passed_on()
    {
        Encode("loud.opus", 48_000, "-c:a libopus -b:a 64k", "Song");
        byte[] opus = File.ReadAllBytes(ffmpeg["loud.opus"]);
        Decoded plain = Decoded.Of(opus, "audio/ogg");

        // −6.02 dB in the first page, with a new checksum.
        BinaryPrimitives.WriteInt16LittleEndian(opus.AsSpan(28 + 16), -1541);
        opus.AsSpan(22, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(opus.AsSpan(22), OggCrc.Append(0, opus.AsSpan(0, 28 + 19)));
        Decoded softer = Decoded.Of(opus, "audio/ogg");

        Assert.Equal(plain.Frames, softer.Frames);
        Assert.InRange(Difference([.. plain.Pcm.Select(static sample => sample / 2)], CollectionsMarshal.AsSpan(softer.Pcm)), 0, 1e-3);
        Assert.NotEmpty(plain.Packets);
        Assert.Empty(softer.Packets);
    }

    [Fact]
    public void Decoding_can_start_in_the_middle_of_a_stream()
    {
        Encode("middle.mp3", 44_100, "-c:a libmp3lame -b:a 128k -write_xing 0", "Song");
        byte[] mp3 = File.ReadAllBytes(ffmpeg["middle.mp3"]);
        Decoded whole = Decoded.Of(mp3, "audio/mpeg");

        Decoded late = Decoded.Of(mp3.AsSpan(mp3.Length / 2), "audio/mpeg");

        Assert.InRange(late.Packets.Count, (whole.Packets.Count / 2) - 4, (whole.Packets.Count / 2) + 1);

        // The first frames need a bit reservoir that is missing.
        int settled = late.Pcm.Count - (12 * 2304);
        Assert.InRange(
            Difference(CollectionsMarshal.AsSpan(whole.Pcm)[^settled..], CollectionsMarshal.AsSpan(late.Pcm)[^settled..]), 0, 1e-6);
    }

    [Fact]
    public void Silenced_frames_are_silent_and_the_next_one_has_its_bit_reservoir()
    {
        Encode("splice.mp3", 44_100, "-c:a libmp3lame -b:a 128k -write_xing 0 -id3v2_version 0", "Song");
        Decoded whole = Decoded.Of(File.ReadAllBytes(ffmpeg["splice.mp3"]), "audio/mpeg");
        var stream = new List<byte>();
        int reservoir = 0;
        int silenced = 0;
        for (int i = 20; i < 60; i++)
        {
            byte[] frame = [.. whole.Packets[i]];
            Assert.True(MpegHeader.TryParse(frame, out MpegHeader header));
            if (Mp3Frame.MainDataBegin(frame, header) > reservoir)
            {
                Mp3Frame.Silence(frame, header, reservoir);
                silenced++;
            }

            reservoir = Math.Min(Mp3Frame.MaxReservoir, reservoir + Mp3Frame.MainDataLength(header));
            stream.AddRange(frame);
        }

        Decoded spliced = Decoded.Of(stream.ToArray(), "audio/mpeg");

        Assert.InRange(silenced, 1, 4);
        Assert.Equal(40, spliced.Packets.Count);
        Assert.All(spliced.Pcm.Take(silenced * 2304), sample => Assert.InRange(sample, -1e-6, 1e-6));

        // One more frame, because each overlaps with the previous one.
        int same = (silenced + 1) * 2304;
        Assert.InRange(
            Difference(CollectionsMarshal.AsSpan(whole.Pcm).Slice((20 * 2304) + same, (40 * 2304) - same),
                CollectionsMarshal.AsSpan(spliced.Pcm)[same..]), 0, 1e-6);
    }

    private string Encode(string name, int rate, string how, string title, int bits = 16)
    {
        string reference = ffmpeg.Reference($"s{rate}-{bits}.wav", rate, 2, bits == 16 ? "pcm_s16le" : "pcm_s24le");
        Ffmpeg.Run(["-i", reference, "-metadata", $"title={title}", .. how.Split(' '), ffmpeg[name]]);
        return reference;
    }

    private float[] Reference(string name, StreamCodec codec)
    {
        string[] decoder = codec switch { StreamCodec.Opus => ["-c:a", "libopus"], StreamCodec.Vorbis => ["-c:a", "libvorbis"], _ => [] };
        return MemoryMarshal.Cast<byte, float>(Piped([.. decoder, "-i", ffmpeg[name], "-f", "f32le", "pipe:1"])).ToArray();
    }

    private static byte[] Piped(params string[] arguments)
    {
        using System.Diagnostics.Process process = Ffmpeg.Start("ffmpeg", ["-nostdin", "-v", "error", .. arguments]);
        using var all = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(all);
        process.WaitForExit();
        return all.ToArray();
    }

    private static double Difference(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
    {
        Assert.Equal(one.Length, other.Length);
        double most = 0;
        for (int i = 0; i < one.Length; i++)
        {
            most = Math.Max(most, Math.Abs(one[i] - other[i]));
        }

        return most;
    }
}
