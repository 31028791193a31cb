using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Linnet.Interop.Tests.Hls;

/// <summary>
/// Whether segments begin at the position that their numbers tell, and each where the one before has ended, as ffprobe sees them.
/// </summary>
internal static class HlsTimes
{
    private const int SegmentSeconds = 4;
    private const int Mp3Frame = 1152;

    /// <summary>Fails unless fragmented MP4 is right.</summary>
    /// <param name="server">The server.</param>
    /// <param name="playlist">The path of a media playlist, without a slash at the front.</param>
    /// <param name="rate">Frames per second.</param>
    internal static async Task AssertMp4Async(HlsServer server, string playlist, int rate)
    {
        using var client = new HttpClient();
        Listing listing = await Listing.OfAsync(client, new Uri(server.Address + playlist));
        byte[] init = await client.GetByteArrayAsync(listing.Init, TestContext.Current.CancellationToken);
        long next = -1;
        for (int i = 0; i < listing.Segments.Count; i++)
        {
            byte[] segment = await client.GetByteArrayAsync(listing.Segments[i], TestContext.Current.CancellationToken);
            using JsonDocument probed = await ProbeAsync([.. init, .. segment]);
            JsonElement stream = probed.RootElement.GetProperty("streams")[0];
            Assert.Equal(
                (Invariant(rate), 2, $"1/{Invariant(rate)}"),
                (stream.GetProperty("sample_rate").GetString(), stream.GetProperty("channels").GetInt32(),
                    stream.GetProperty("time_base").GetString()));
            long[] times =
                [.. probed.RootElement.GetProperty("packets").EnumerateArray().Select(static one => one.GetProperty("pts").GetInt64())];
            Assert.InRange(times.Length, 2, 1000);
            AssertBegins(NumberOf(listing.Segments[i]), times[0] / (double)rate);

            // All packets are of the same length.
            long length = times[1] - times[0];
            foreach (long time in times)
            {
                Assert.True(next < 0 || time == next, $"A packet is at {time}, and the one before ended at {next}.");
                next = time + length;
            }
        }
    }

    /// <summary>Fails unless MP3 is right.</summary>
    /// <param name="server">The server.</param>
    /// <param name="playlist">The path of a media playlist, without a slash at the front.</param>
    /// <param name="rate">Frames per second.</param>
    internal static async Task AssertMp3Async(HlsServer server, string playlist, int rate)
    {
        const int Clock = 90_000;
        using var client = new HttpClient();
        Listing listing = await Listing.OfAsync(client, new Uri(server.Address + playlist));
        double next = -1;
        for (int i = 0; i < listing.Segments.Count; i++)
        {
            byte[] segment = await client.GetByteArrayAsync(listing.Segments[i], TestContext.Current.CancellationToken);
            ReadOnlySpan<byte> owner = "com.apple.streaming.transportStreamTimestamp\0"u8;
            int at = segment.AsSpan().IndexOf(owner);
            Assert.True(segment.AsSpan().StartsWith("ID3"u8) && at > 0, "There is no ID3 tag with the time.");
            double time = BinaryPrimitives.ReadInt64BigEndian(segment.AsSpan(at + owner.Length)) / (double)Clock;
            AssertBegins(NumberOf(listing.Segments[i]), time);
            bool follows = next < 0 || Math.Abs(time - next) < 2.0 / Clock;
            Assert.True(follows, $"A segment is at {time} s, and the one before ended at {next} s.");
            using JsonDocument probed = await ProbeAsync(segment);
            next = time + (probed.RootElement.GetProperty("packets").GetArrayLength() * Mp3Frame / (double)rate);
        }
    }

    /// <summary>The number in a segment's name.</summary>
    private static long NumberOf(Uri segment) =>
        long.Parse(Path.GetFileNameWithoutExtension(segment.AbsolutePath), CultureInfo.InvariantCulture);

    private static void AssertBegins(long number, double seconds)
    {
        // Position 0 is at 1 s. The first segment begins with the encoder's delay.
        double due = (number * SegmentSeconds) + 1;
        Assert.InRange(seconds, due - (number == 0 ? 0.15 : 0.001), due + 0.11);
    }

    private static async Task<JsonDocument> ProbeAsync(byte[] bytes)
    {
        using var folder = new TempFolder();
        return JsonDocument.Parse(await Tool.RunAsync(
            TimeSpan.FromSeconds(60), "ffprobe", "-v", "error", "-show_entries",
            "stream=codec_name,sample_rate,channels,time_base:packet=pts", "-of", "json", folder.Write("segment", bytes)));
    }

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);
}
