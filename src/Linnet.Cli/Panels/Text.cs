using System.Globalization;

namespace Linnet.Cli.Panels;

/// <summary>Formats numbers for display, independent of the culture.</summary>
internal static class Text
{
    /// <summary>
    /// Replaces control characters in <paramref name="text"/> with spaces: titles and reasons come from strangers, and must neither control
    /// the terminal nor look like more than one line.
    /// </summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c)) : text;

    public static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");

    public static string Ms(TimeSpan time, int decimals = 0) =>
        time.TotalMilliseconds.ToString($"F{decimals}", CultureInfo.InvariantCulture) + " ms";

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Number(long count, string thing) => $"{Count(count)} {thing}{(count == 1 ? "" : "s")}";

    public static string MegabitsPerSecond(long bitsPerSecond) =>
        (bitsPerSecond / 1_000_000.0).ToString("#,0.#", CultureInfo.InvariantCulture);

    public static string Dbfs(double dbfs) =>
        dbfs <= Ballistics.Floor ? "   −∞ dBFS" : dbfs.ToString("0.0", CultureInfo.InvariantCulture).Replace('-', '−').PadLeft(5) + " dBFS";

    /// <summary>Formats an audio format, such as 44.1 kHz stereo.</summary>
    public static string Format(int sampleRate, int channels)
    {
        string layout = channels switch
        {
            1 => "mono",
            2 => "stereo",
            6 => "5.1",
            8 => "7.1",
            _ => string.Create(CultureInfo.InvariantCulture, $"{channels} channels"),
        };

        return string.Create(CultureInfo.InvariantCulture, $"{sampleRate / 1000.0:0.###} kHz {layout}");
    }
}
