using System.Text;

namespace Linnet.Interop.Tests.Radio;

/// <summary>The position of a title in a listener's bytes: at its audio, not when its file was opened.</summary>
public class TitlePlacementTests
{
    private const double Low = 400;
    private const double High = 2000;
    private const double MostApart = 0.1;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_title_is_within_100_ms_of_its_audio_in_icy_and_in_chained_ogg()
    {
        using var folder = new TempFolder();
        await MakeTrackAsync(folder["1.flac"], Low, "the low one");
        await MakeTrackAsync(folder["2.flac"], High, "the high one");
        await File.WriteAllLinesAsync(folder["tracks.m3u"], ["1.flac", "2.flac"], TestContext.Current.CancellationToken);
        await using Serving server = await Serving.StartAsync($"tracks={folder["tracks.m3u"]}", "--http-port", "any");

        // At least two changes; the second one goes back to the low tone.
        Task<IcyRecording> icy = IcyRecording.MakeAsync(
            new Uri(server.Http!).Port, "/tracks.mp3", TimeSpan.FromSeconds(19), TestContext.Current.CancellationToken);
        Task<IcyRecording> ogg = IcyRecording.MakeAsync(
            new Uri(server.Http!).Port, "/tracks.opus", TimeSpan.FromSeconds(19), TestContext.Current.CancellationToken);
        await CheckIcyAsync(await icy, folder);
        await CheckOggAsync((await ogg).Sound, folder);
    }

    private static async Task CheckIcyAsync(IcyRecording recording, TempFolder folder)
    {
        ToneChange[] changes = await ChangesAsync(recording.Sound, folder["icy.mp3"], folder);

        // The first title is that of the audio already playing.
        IcyTitle[] titles = [.. recording.Titles.Skip(1)];

        Assert.True(titles.Length >= 2 && changes.Length >= 2, $"{titles.Length} titles and {changes.Length} changes of sound.");
        foreach ((IcyTitle title, ToneChange change) in titles.Zip(changes))
        {
            Assert.Contains(change.IsHigh ? "the high one" : "the low one", title.Text, StringComparison.Ordinal);
            Assert.InRange((title.Offset / 16_000.0) - change.Seconds, -MostApart, MostApart);
        }
    }

    private static async Task CheckOggAsync(byte[] bytes, TempFolder folder)
    {
        int[] starts = [.. Starts(bytes)];
        Assert.True(starts.Length >= 3, $"Only {starts.Length} chained streams.");
        for (int i = 0; i < starts.Length; i++)
        {
            byte[] chain = bytes[starts[i]..(i + 1 < starts.Length ? starts[i + 1] : bytes.Length)];
            bool isHigh =
                Encoding.UTF8.GetString(chain.AsSpan(0, Math.Min(chain.Length, 1000))).Contains("the high one", StringComparison.Ordinal);

            // Audio of another title at the start or end of this one is misplaced.
            ToneChange[] changes = await ChangesAsync(chain, folder[$"chain{i}.opus"], folder);
            double length = WavSound.Load(folder["heard.wav"]).Frames / 48_000.0;
            foreach (ToneChange change in changes)
            {
                Assert.InRange(change.IsHigh == isHigh ? change.Seconds : length - change.Seconds, 0, MostApart);
            }

            Assert.True(length < 1 || await IsMostlyAsync(isHigh, folder), $"Stream {i} is of the other sound.");
        }
    }

    /// <summary>Finds where each stream of a chain begins, by its first page.</summary>
    private static IEnumerable<int> Starts(byte[] bytes)
    {
        for (int at = 0; at + 28 < bytes.Length; at++)
        {
            if (bytes.AsSpan(at).StartsWith("OggS"u8) && (bytes[at + 5] & 2) != 0 && bytes.AsSpan(at + 28).StartsWith("OpusHead"u8))
            {
                yield return at;
            }
        }
    }

    private static async Task MakeTrackAsync(string file, double frequency, string title) => await Tool.RunAsync(
        Limit, "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", FormattableString.Invariant($"sine=f={frequency}:r=48000:d=5"),
        "-ac", "2", "-metadata", $"title={title}", file);

    /// <summary>Decodes a recording and finds where its tone changes.</summary>
    private static async Task<ToneChange[]> ChangesAsync(byte[] sound, string file, TempFolder folder)
    {
        await File.WriteAllBytesAsync(file, sound, TestContext.Current.CancellationToken);
        await Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "fatal", "-y", "-i", file, "-ac", "1", "-ar", "48000", "-c:a", "pcm_s16le",
            folder["heard.wav"]);
        return ToneChange.Find(WavSound.Load(folder["heard.wav"]).Channel(0), 48_000, Low, High);
    }

    private static Task<bool> IsMostlyAsync(bool high, TempFolder folder)
    {
        float[] heard = WavSound.Load(folder["heard.wav"]).Channel(0);
        return Task.FromResult(ToneChange.IsHighAt(heard.AsSpan(heard.Length / 2), 48_000, Low, High) == high);
    }
}
