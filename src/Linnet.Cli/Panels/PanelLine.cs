using System.Text;
using Spectre.Console.Rendering;

namespace Linnet.Cli.Panels;

/// <summary>One line of a panel, put together from pieces and then cut to the terminal's width.</summary>
internal sealed class PanelLine
{
    private const string Reset = "\e[0m";
    private readonly List<(string Text, int Cells, Tone Tone)> _pieces = [];

    /// <summary>Terminal cells it takes uncut: a Chinese character takes two.</summary>
    public int Cells { get; private set; }

    /// <summary>0: it is always shown. Where a terminal has too few lines, those of the highest rank are left out first.</summary>
    public int Rank { get; init; }

    /// <summary>The same line, needed less.</summary>
    /// <param name="rank">Its least <see cref="Rank"/>.</param>
    public PanelLine RankedAtLeast(int rank) => new PanelLine { Rank = Math.Max(Rank, rank) }.Add(this);

    /// <summary>As many of <paramref name="lines"/> as fit: the most needed, in their order.</summary>
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

    /// <summary>Appends what another line has.</summary>
    public PanelLine Add(PanelLine other)
    {
        _pieces.AddRange(other._pieces);
        Cells += other.Cells;
        return this;
    }

    /// <summary>The first <paramref name="cells"/> cells, or one character if that is wider, and the rest.</summary>
    public (PanelLine Head, PanelLine Tail) Split(int cells)
    {
        (PanelLine head, PanelLine rest) = (new PanelLine(), new PanelLine());
        foreach ((string text, _, Tone tone) in _pieces)
        {
            foreach (Rune rune in text.EnumerateRunes())
            {
                string one = rune.ToString();
                PanelLine to = rest.Cells == 0 && (head.Cells == 0 || head.Cells + new Segment(one).CellCount() <= cells) ? head : rest;
                to.Add(one, tone);
            }
        }

        return (head, rest);
    }

    /// <summary>Appends <paramref name="text"/>, made printable.</summary>
    public PanelLine Add(string text, Tone tone = Tone.Plain)
    {
        string safe = Text.Printable(text);
        int cells = new Segment(safe).CellCount();
        _pieces.Add((safe, cells, tone));
        Cells += cells;
        return this;
    }

    /// <summary>Appends spaces up to column <paramref name="cells"/>, at least one.</summary>
    public PanelLine To(int cells) => Add(new string(' ', Math.Max(1, cells - Cells)));

    /// <summary>The text in at most <paramref name="width"/> cells, cut with an ellipsis, with SGR colours if wanted.</summary>
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

    /// <summary><paramref name="text"/> in at most <paramref name="width"/> cells; an ellipsis says that some is missing.</summary>
    public static string Cut(string text, int width)
    {
        var shown = new StringBuilder();
        int cells = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            cells += new Segment(rune.ToString()).CellCount();
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
