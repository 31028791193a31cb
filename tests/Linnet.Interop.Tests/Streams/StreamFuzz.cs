using System.Globalization;
using Linnet.Codecs.Streams;

namespace Linnet.Interop.Tests.Streams;

/// <summary>Plays damaged streams on a station with a listener of every rendition.</summary>
/// <remarks>
/// A native library that aborts ends the whole test process. The number of the current stream is written to a file first, and the next run
/// begins with it. Once the fault is fixed, the number goes into Vectors/failed-seeds.txt, which every run plays.
/// </remarks>
internal static class StreamFuzz
{
    /// <summary>Number of streams after which every listener must have received sound.</summary>
    private const int Round = 50;

    internal static void Run(string format, int first, int streams)
    {
        var stream = new FuzzedStream(format);
        string running = Path.Combine(AppContext.BaseDirectory, $"fuzzing-{format}-{first}.txt");
        int[] died = File.Exists(running) && int.TryParse(File.ReadAllText(running), CultureInfo.InvariantCulture, out int seed)
            ? [seed] : [];
        using (FileStream file = new(running, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0))
        {
            Play(stream, [.. died, .. FailedSeeds(format), .. Enumerable.Range(first, streams)], file);
        }

        File.Delete(running);
    }

    private static void Play(FuzzedStream stream, int[] seeds, FileStream running)
    {
        using var station = new FuzzedStation(FormatOf(stream));
        Assert.Superset(
            new HashSet<string> { "opus", "opus-5ms", "pcm", "l16", "l24", "pyaudio", "mp3", "mp3-64", "opus-64", "flac", "wav" },
            station.Renditions.ToHashSet());
        station.Push([.. stream.Whole], stream.CreateDecoder(), 0);
        for (int i = 0; i < seeds.Length; i++)
        {
            running.SetLength(0);
            running.Write(System.Text.Encoding.ASCII.GetBytes(seeds[i].ToString(CultureInfo.InvariantCulture)));
            try
            {
                station.Push(stream.Damaged(seeds[i]), stream.CreateDecoder(), seeds[i]);
                if ((i + 1) % Round == 0)
                {
                    station.AssertAllHear();
                }
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"The stream {stream.Name} {seeds[i]} ended the station.", e);
            }
        }
    }

    /// <summary>The format of the undamaged stream; a usual one if Linnet does not decode it.</summary>
    private static StreamFormat FormatOf(FuzzedStream stream) =>
        Decoded.Of(stream.Whole, stream.ContentType).Formats.FirstOrDefault()
            ?? new StreamFormat(new(44_100, 2), 16, StreamCodec.Pcm, 0, []);

    private static IEnumerable<int> FailedSeeds(string format) =>
        from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Streams", "Vectors", "failed-seeds.txt"))
        where line.StartsWith(format + " ", StringComparison.Ordinal)
        select int.Parse(line.AsSpan(format.Length + 1), CultureInfo.InvariantCulture);
}
