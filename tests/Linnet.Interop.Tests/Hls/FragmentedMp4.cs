using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Linnet.Wire.Mp4;

namespace Linnet.Interop.Tests.Hls;

/// <summary>Packets as an init segment and fragments, and what ffmpeg makes of them.</summary>
/// <param name="track">The track.</param>
/// <param name="start">Time of the first packet, in frames.</param>
/// <param name="packets">The packets.</param>
internal sealed class FragmentedMp4(Mp4AudioTrack track, long start, IReadOnlyList<Mp4Sample> packets)
{
    private const int PacketsPerFragment = 37;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The init segment, and the fragments from one on: what a player has that starts there.</summary>
    public byte[] ToFile(int firstFragment = 0)
    {
        var file = new ArrayBufferWriter<byte>();
        file.Write(Mp4Fragments.InitSegment(track));
        long time = start;
        foreach ((int i, Mp4Sample[] samples) in packets.Chunk(PacketsPerFragment).Index())
        {
            if (i >= firstFragment)
            {
                Mp4Fragments.Write(track, (uint)i, time, samples, file);
            }

            time += samples.Sum(static sample => sample.Frames);
        }

        return file.WrittenSpan.ToArray();
    }

    /// <summary>Frames before a fragment.</summary>
    public int FramesBefore(int fragment) => packets.Take(fragment * PacketsPerFragment).Sum(static packet => packet.Frames);

    /// <summary>Has ffprobe read the file: codec, rate, channels, and each packet's time and length are those that were written.</summary>
    public async Task AssertProbedAsync(string codec)
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["sound.mp4"], ToFile(), TestContext.Current.CancellationToken);
        await using Tool probe = Tool.Start(
            "ffprobe", "-v", "warning", "-of", "json", "-show_entries", "stream=codec_name,sample_rate,channels,time_base:packet=pts,size",
            folder["sound.mp4"]);
        Assert.Equal(0, await probe.ExitAsync(Limit));
        Assert.Equal("", probe.Errors.Trim());

        using JsonDocument found = JsonDocument.Parse(probe.Output);
        JsonElement stream = found.RootElement.GetProperty("streams").EnumerateArray().Single();
        string rate = track.TimeScale.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(
            (codec, rate, track.Channels, $"1/{rate}"),
            (stream.GetProperty("codec_name").GetString(), stream.GetProperty("sample_rate").GetString(),
                stream.GetProperty("channels").GetInt32(), stream.GetProperty("time_base").GetString()));
        long time = start;
        var expected = new List<(long, int)>();
        foreach (Mp4Sample packet in packets)
        {
            expected.Add((time, packet.Bytes.Length));
            time += packet.Frames;
        }

        Assert.Equal(expected, found.RootElement.GetProperty("packets").EnumerateArray().Select(static packet => (
            packet.GetProperty("pts").GetInt64(), int.Parse(packet.GetProperty("size").GetString()!, CultureInfo.InvariantCulture))));
    }

    /// <summary>Decodes a file with ffmpeg, which must report no error.</summary>
    /// <param name="file">The file.</param>
    /// <param name="format">A format of <typeparamref name="T"/>, such as <c>s32le</c>.</param>
    public static async Task<T[]> DecodeAsync<T>(byte[] file, string format)
        where T : unmanaged
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["sound"], file, TestContext.Current.CancellationToken);
        await using Tool ffmpeg = Tool.Start("ffmpeg", "-nostdin", "-v", "error", "-i", folder["sound"], "-f", format, folder["raw"]);
        Assert.Equal(0, await ffmpeg.ExitAsync(Limit));
        Assert.Equal("", ffmpeg.Errors.Trim());
        return MemoryMarshal.Cast<byte, T>(await File.ReadAllBytesAsync(folder["raw"], TestContext.Current.CancellationToken)).ToArray();
    }
}
