using System.Text;
using Wcwidth;

namespace Linnet.Cli.Panels;

/// <summary>A line of a panel: pieces are appended, then the line is cut to the terminal's width.</summary>
internal sealed class PanelLine
{
    private const string Reset = "\e[0m";
    private readonly List<(string Text, int Cells, Tone Tone)> _pieces = [];

    /// <summary>Width of the uncut line in terminal cells: a Chinese character takes two.</summary>
    public int Cells { get; private set; }

    /// <summary>Priority of the line; 0 means always shown. A low terminal omits the lines of the highest rank first.</summary>
    public int Rank { get; init; }

    /// <summary>Returns the same line with a lower priority.</summary>
    /// <param name="rank">The minimum <see cref="Rank"/>.</param>
    public PanelLine RankedAtLeast(int rank) => new PanelLine { Rank = Math.Max(Rank, rank) }.Add(this);

    /// <summary>Returns as many of <paramref name="lines"/> as fit: those of the lowest rank, in order.</summary>
    public static IReadOnlyList<PanelLine> Fit(IEnumerable<PanelLine> lines, int height)
    {
        List<PanelLine> kept = [.. lines];
        while (kept.Count > Math.Max(0, height))
        {
            int highest = kept.Max(static line => line.Rank);
            kept.RemoveAt(kept.FindLastIndex(line => line.Rank == highest));
        }

        return kept;
    }

    /// <summary>Appends the pieces of another line.</summary>
    public PanelLine Add(PanelLine other)
    {
        _pieces.AddRange(other._pieces);
        Cells += other.Cells;
        return this;
    }

    /// <summary>Splits off the first <paramref name="cells"/> cells, or one character if that is wider.</summary>
    public (PanelLine Head, PanelLine Tail) Split(int cells)
    {
        (PanelLine head, PanelLine rest) = (new PanelLine(), new PanelLine());
        foreach ((string text, _, Tone tone) in _pieces)
        {
            foreach (Rune rune in text.EnumerateRunes())
            {
                string one = rune.ToString();
                PanelLine to = rest.Cells == 0 && (head.Cells == 0 || head.Cells + UnicodeCalculator.GetWidth(one) <= cells) ? head : rest;
                to.Add(one, tone);
            }
        }

        return (head, rest);
    }

    /// <summary>Appends <paramref name="text"/>, with control characters replaced by spaces.</summary>
    public PanelLine Add(string text, Tone tone = Tone.Plain)
    {
        string safe = Text.Printable(text);
        int cells = UnicodeCalculator.GetWidth(safe);
        _pieces.Add((safe, cells, tone));
        Cells += cells;
        return this;
    }

    /// <summary>Appends spaces up to column <paramref name="cells"/>, at least one.</summary>
    public PanelLine To(int cells) => Add(new string(' ', Math.Max(1, cells - Cells)));

    /// <summary>Renders the text in at most <paramref name="width"/> cells, cut with an ellipsis, optionally with SGR colours.</summary>
    public string Render(int width, bool colours)
    {
        var line = new StringBuilder();
        int left = width;
        foreach ((string text, int cells, Tone tone) in _pieces)
        {
            bool cut = cells > left || (cells == left && Cells > width);
            string shown = cut ? Cut(text, left) : text;
            string code = colours ? Code(tone) : "";
            line.Append(code).Append(shown).Append(code.Length > 0 ? Reset : "");
            left -= cells;
            if (cut)
            {
                break;
            }
        }

        return line.ToString();
    }

    /// <summary>Cuts <paramref name="text"/> to at most <paramref name="width"/> cells; an ellipsis marks a cut.</summary>
    public static string Cut(string text, int width)
    {
        var shown = new StringBuilder();
        int cells = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            cells += UnicodeCalculator.GetWidth(rune);
            if (cells > width - 1)
            {
                break;
            }

            shown.Append(rune.ToString());
        }

        return width <= 0 ? "" : shown.Append('…').ToString();
    }

    private static string Code(Tone tone) => tone switch
    {
        Tone.Strong => "\e[1m",
        Tone.Quiet => "\e[2m",
        Tone.Accent => "\e[36m",
        Tone.Good => "\e[32m",
        Tone.Warning => "\e[33m",
        Tone.Bad => "\e[31m",
        Tone.Code => "\e[97;40m",
        _ => "",
    };
}
