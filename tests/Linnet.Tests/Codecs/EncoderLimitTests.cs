using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Aac;
using Linnet.Codecs.Ffmpeg;
using Linnet.Codecs.Flac;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Pcm;
using Linnet.Codecs.Vorbis;

namespace Linnet.Tests.Codecs;

/// <summary>
/// Gives encoders arbitrary samples. Without a limit, LAME ended the process at samples of ±1,000,000, so that no later test ran.
/// </summary>
public class EncoderLimitTests
{
    private static readonly float[] Wild =
        [1e6f, -1e6f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, -4096, 1e-40f];

    [Theory]
    [InlineData("mp3 48000")]
    [InlineData("mp3 24000")]
    [InlineData("mp3 16000")]
    [InlineData("opus")]
    [InlineData("opus-5ms")]
    [InlineData("opus managed")]
    [InlineData("opus-5ms managed")]
    [InlineData("flac")]
    [InlineData("vorbis")]
    [InlineData("aac")]
    [InlineData("wav")]
    [InlineData("l16")]
    [InlineData("l24")]
    public void No_samples_break_an_encoder(string name)
    {
        using IAudioEncoder encoder = Create(name);
        float[] pcm = new float[encoder.FramesPerBlock * encoder.Format.Channels];
        byte[] packet = new byte[encoder.MaxPacketLength];
        int bytes = 0;
        for (int block = 0; block < 60; block++)
        {
            for (int i = 0; i < pcm.Length; i++)
            {
                // Blocks of one value, of alternating values, of all values, and of ordinary sound.
                pcm[i] = (block % 4) switch
                {
                    0 => Wild[block / 4 % Wild.Length],
                    1 => i / 2 % 2 == 0 ? Wild[block / 4 % Wild.Length] : -Wild[block / 4 % Wild.Length],
                    2 => Wild[i % Wild.Length],
                    _ => MathF.Sin(i * 0.05f) / 2,
                };
            }

            float[] given = [.. pcm];
            bytes += encoder.Encode(pcm, packet);
            TakeAll();
            Assert.Equal(given, pcm);
        }

        encoder.Complete();
        TakeAll();
        Assert.True(bytes > 0);

        void TakeAll()
        {
            while (encoder.TryTake(packet, out int length, out _))
            {
                bytes += length;
            }
        }
    }

    [Theory]
    [InlineData("mp3 48000")]
    [InlineData("opus")]
    [InlineData("opus-5ms")]
    [InlineData("opus managed")]
    [InlineData("opus-5ms managed")]
    [InlineData("vorbis")]
    [InlineData("aac")]
    public void Samples_beyond_the_limit_are_encoded_as_the_limit(string name)
    {
        float[] pcm = new float[20_000];
        for (int i = 0; i < pcm.Length; i++)
        {
            pcm[i] = i % 100 < 50 ? MathF.Sin(i * 0.05f) : Wild[i / 100 % Wild.Length];
        }

        float[] limited = [.. pcm];
        SampleLimit.Apply(limited);
        using IAudioEncoder encoder = Create(name);
        using IAudioEncoder other = Create(name);

        IReadOnlyList<byte[]> packets = Encoded.By(encoder, pcm).Packets;

        Assert.NotEqual(limited, pcm);
        Assert.InRange(packets.Count, 5, 1000);
        Assert.Equal(Encoded.By(other, limited).Packets, packets);
    }

    [Theory]
    [InlineData("wav", 0xFF, 0x7F)]
    [InlineData("l16", 0x7F, 0xFF)]
    public void Integers_are_clipped_at_full_scale_and_NaN_is_silence(string name, byte first, byte second)
    {
        using IAudioEncoder encoder = Create(name);
        byte[] packet = new byte[encoder.MaxPacketLength];
        float[] pcm = new float[encoder.FramesPerBlock * encoder.Format.Channels];
        (pcm[0], pcm[1]) = (float.PositiveInfinity, float.NaN);
        encoder.Encode(pcm, packet);

        Assert.Equal([first, second, 0, 0], packet.AsSpan(0, 4).ToArray());
    }

    private static OpusEncoderOptions ShortPackets => new() { PacketTime = TimeSpan.FromMilliseconds(5), LowDelay = true };

    private static AacEncoder CreateAac()
    {
        Assert.SkipUnless(FfmpegProcess.IsInstalled, "needs ffmpeg");
        return new AacEncoder(new AudioFormat(44_100, 2), 128_000);
    }

    private static IAudioEncoder Create(string name) => name switch
    {
        "opus" => new OpusEncoder(2),
        "opus managed" => new OpusEncoder(2, provider: OpusProvider.Managed),
        "opus-5ms" => new OpusEncoder(2, ShortPackets),
        "opus-5ms managed" => new OpusEncoder(2, ShortPackets, OpusProvider.Managed),
        "flac" => new FlacEncoder(new AudioFormat(44_100, 2), 16),
        "aac" => CreateAac(),
        "vorbis" => new VorbisEncoder(new AudioFormat(44_100, 2), 128_000),
        "wav" => new RawPcmEncoder(new RawPcmFormat(SampleEncoding.S16LE, new AudioFormat(44_100, 2)), 882),
        "l16" => new LinearPcmEncoder(new AudioFormat(44_100, 2), 16, TimeSpan.FromMilliseconds(5)),
        "l24" => new LinearPcmEncoder(new AudioFormat(44_100, 2), 24, TimeSpan.FromMilliseconds(5), new TpdfDither()),
        _ => new Mp3Encoder(
            new AudioFormat(int.Parse(name[4..]), 2), new Mp3EncoderOptions { BitRate = name == "mp3 16000" ? 8000 : 64_000 }),
    };
}
