using System.Globalization;
using Linnet.Audio;

namespace Linnet.Wire.Playlists;

/// <summary>
/// Reads a cue sheet: <c>FILE</c>, then for each <c>TRACK</c> its <c>TITLE</c>, <c>PERFORMER</c> and start, <c>INDEX 01 mm:ss:ff</c>.
/// </summary>
/// <remarks>
/// A track ends where the next one in the same file begins, so a pause (<c>INDEX 00</c>) plays at the end of the track before it. The
/// last track of a file ends with the file, even if the next track's pause is in it and its start in the next file. Source: CDRWIN's
/// user guide, appendix A. CD-DA has 75 frames a second.
/// </remarks>
internal static class CueReader
{
    private const int MaxMinutes = 100_000;

    /// <summary>Reads the text into <paramref name="items"/>.</summary>
    internal static bool Read(string text, PlaylistItems items)
    {
        var sheet = new Sheet(items);
        int lineNumber = 0;
        foreach (string line in PlaylistText.LinesOf(text))
        {
            if (!items.IsShortEnough(line, ++lineNumber) || !sheet.Take(line))
            {
                return false;
            }
        }

        return sheet.End();
    }

    private sealed class Sheet(PlaylistItems items)
    {
        private string? _performer;
        private string? _file;
        private Track? _track;
        private bool _hasCommand;

        // The previous track, whose end is not known yet.
        private (string File, int Begin, TrackInfo Title)? _open;

        /// <summary>Reads one line.</summary>
        internal bool Take(string line)
        {
            int space = line.AsSpan().IndexOfAny(' ', '\t');
            string rest = space < 0 ? "" : line[(space + 1)..].Trim();
            switch ((space < 0 ? line : line[..space]).ToUpperInvariant())
            {
                case "FILE":
                    _hasCommand = true;
                    _file = FileOf(rest);
                    return Close(null);
                case "TRACK":
                    _track = new Track(rest);
                    break;
                case "TITLE" when _track is not null:
                    _track.Title = items.Clean(Unquoted(rest));
                    Retitle();
                    break;
                case "PERFORMER" when _track is not null:
                    _track.Performer = items.Clean(Unquoted(rest));
                    Retitle();
                    break;
                case "PERFORMER":
                    _performer = items.Clean(Unquoted(rest));
                    break;
                case "INDEX" when _track is { IsSound: true, HasBegun: false } && _file is not null && TryReadIndex(rest, out int begin):
                    // Some sheets go backwards. The previous track then runs to the end of its file.
                    bool isOpen = Close(_open is { } open && open.File == _file && begin > open.Begin ? begin : null);
                    _track.HasBegun = true;
                    _open = (_file, begin, _track.Named(_performer));
                    return isOpen;
            }

            return true;
        }

        /// <summary>Adds the last track.</summary>
        internal bool End() => Close(null) && (_hasCommand || items.Refuse("is not a cue sheet: it names no FILE"));

        /// <summary>Applies a title that comes after the index.</summary>
        private void Retitle()
        {
            if (_open is { } open && _track is { HasBegun: true })
            {
                _open = open with { Title = _track.Named(_performer) };
            }
        }

        private bool Close(int? end)
        {
            if (_open is not { } open)
            {
                return true;
            }

            _open = null;
            return items.Add(new PlaylistItem(open.File, open.Title) { Part = new SoundPart(open.Begin, end) });
        }
    }

    private sealed class Track(string rest)
    {
        /// <summary>Whether the track is audio; data tracks are skipped.</summary>
        internal bool IsSound { get; } = !rest.Contains("MODE", StringComparison.OrdinalIgnoreCase);

        internal string? Title { get; set; }

        internal string? Performer { get; set; }

        internal bool HasBegun { get; set; }

        internal TrackInfo Named(string? albumPerformer) =>
            new(Title ?? $"Track {rest.Split(' ')[0].TrimStart('0')}".TrimEnd(), Performer ?? albumPerformer);
    }

    /// <summary>Accepts only index 1: 0 is the pause before the track, higher numbers are positions inside it.</summary>
    private static bool TryReadIndex(string text, out int begin)
    {
        begin = 0;
        string[] parts = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string[] time = parts.Length == 2 ? parts[1].Split(':') : [];
        if (time.Length != 3 || !TryReadNumber(parts[0], 99, out int number) || number != 1
            || !TryReadNumber(time[0], MaxMinutes, out int minutes) || !TryReadNumber(time[1], 59, out int seconds)
            || !TryReadNumber(time[2], SoundPart.PerSecond - 1, out int frames))
        {
            return false;
        }

        begin = (((minutes * 60) + seconds) * SoundPart.PerSecond) + frames;
        return true;
    }

    private static bool TryReadNumber(string text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;

    /// <summary>Reads <c>"a b.wav" WAVE</c>, with or without quotes.</summary>
    private static string? FileOf(string text)
    {
        int last = text.LastIndexOf('"');
        int space = text.LastIndexOf(' ');
        string name = text.StartsWith('"') && last > 0 ? text[1..last] : space > 0 ? text[..space].TrimEnd() : text;
        return name.Length > 0 ? name : null;
    }

    private static string Unquoted(string text) => text.Length > 1 && text[0] == '"' && text[^1] == '"' ? text[1..^1] : text.Trim('"');
}
