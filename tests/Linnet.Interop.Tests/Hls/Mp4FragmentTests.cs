using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Flac;
using Linnet.Codecs.Opus;
using Linnet.Tests.Codecs;
using Linnet.Wire.Mp4;
using Linnet.Wire.Ogg;

namespace Linnet.Interop.Tests.Hls;

/// <summary>Fragmented MP4 of real packets, read by ffmpeg.</summary>
public class Mp4FragmentTests
{
    private const int AdtsHeaderLength = 7;
    private const int AacFrames = 1024;

    /// <summary>Two days at 48 kHz, which does not fit in 32 bits.</summary>
    private const long Start = 2L * 86_400 * 48_000;

    [Theory]
    [InlineData(44_100, 2, 16)]
    [InlineData(48_000, 1, 24)]
    [InlineData(48_000, 3, 16)]
    [InlineData(96_000, 6, 24)]
    [InlineData(192_000, 2, 24)]
    [InlineData(48_000, 8, 16)]
    public async Task FLAC_is_bit_exact_from_any_fragment_on(int rate, int channels, int bits)
    {
        WavSound sound = WavSound.Noise(rate, channels, bits, seconds: 4, seed: channels);
        using var encoder = new FlacEncoder(new AudioFormat(rate, channels), bits);
        var file = new FragmentedMp4(Mp4AudioTrack.Flac(encoder.Headers[0]), Start, Encode(encoder, sound));

        await file.AssertProbedAsync("flac");

        int[] expected = [.. sound.Samples.Select(s => s << (32 - bits))];
        Assert.Equal(expected, await FragmentedMp4.DecodeAsync<int>(file.ToFile(), "s32le"));
        Assert.Equal(
            expected[(file.FramesBefore(1) * channels)..], await FragmentedMp4.DecodeAsync<int>(file.ToFile(firstFragment: 1), "s32le"));
    }

    [Theory]
    [InlineData(2, 20)]
    [InlineData(1, 20)]
    [InlineData(2, 5)]
    public async Task Opus_decodes_without_error_and_in_its_place(int channels, int packetMs)
    {
        WavSound sound = WavSound.Sweep(48_000, channels, seconds: 3);
        var options = new OpusEncoderOptions { PacketTime = TimeSpan.FromMilliseconds(packetMs), LowDelay = packetMs < 20 };
        using var encoder = new OpusEncoder(channels, options);
        var head = new OpusHead((byte)channels, PreSkip: 0, Coupled: (byte)(channels - 1));
        IReadOnlyList<Mp4Sample> packets = Encode(encoder, sound);
        var file = new FragmentedMp4(Mp4AudioTrack.Opus(head, encoder.FramesPerPacket), Start, packets);

        await file.AssertProbedAsync("opus");

        float[] decoded = await FragmentedMp4.DecodeAsync<float>(file.ToFile(), "f32le");
        Assert.Equal(packets.Sum(static packet => packet.Frames) * channels, decoded.Length);
        var heard = new WavSound(48_000, channels, 16, [.. decoded.Select(static s => (int)(s * 32768))]);
        Correlation match = Correlation.Of(heard.Channel(0), sound.Channel(0));
        Assert.Equal(encoder.Delay, match.Lag);
        Assert.True(match.Value > 0.99, $"{match}");
    }

    [Theory]
    [InlineData(44_100, 2)]
    [InlineData(48_000, 1)]
    [InlineData(96_000, 6)]
    public async Task AAC_decodes_to_the_same_samples_as_from_ADTS(int rate, int channels)
    {
        using var folder = new TempFolder();
        WavSound.Sweep(rate, channels, seconds: 2).Save(folder["sound.wav"]);
        await Tool.RunAsync(
            TimeSpan.FromSeconds(60), "ffmpeg", "-nostdin", "-v", "error", "-i", folder["sound.wav"], "-c:a", "aac", "-f", "adts",
            folder["sound.aac"]);
        byte[] adts = await File.ReadAllBytesAsync(folder["sound.aac"], TestContext.Current.CancellationToken);
        var file = new FragmentedMp4(Mp4AudioTrack.Aac(rate, channels), Start, PacketsOfAdts(adts));

        await file.AssertProbedAsync("aac");

        Assert.Equal(await FragmentedMp4.DecodeAsync<float>(adts, "f32le"), await FragmentedMp4.DecodeAsync<float>(file.ToFile(), "f32le"));
    }

    private static IReadOnlyList<Mp4Sample> Encode(IAudioEncoder encoder, WavSound sound)
    {
        float scale = 1L << (sound.Bits - 1);
        Encoded encoded = Encoded.By(encoder, [.. sound.Samples.Select(s => s / scale)]);
        return [.. encoded.Packets.Zip(encoded.Frames, static (packet, frames) => new Mp4Sample(packet, frames))];
    }

    private static List<Mp4Sample> PacketsOfAdts(byte[] adts)
    {
        var packets = new List<Mp4Sample>();
        for (int at = 0; at < adts.Length;)
        {
            int length = ((adts[at + 3] & 3) << 11) | (adts[at + 4] << 3) | (adts[at + 5] >> 5);
            packets.Add(new Mp4Sample(adts.AsMemory((at + AdtsHeaderLength)..(at + length)), AacFrames));
            at += length;
        }

        return packets;
    }
}
