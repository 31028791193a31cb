namespace Linnet.Cli.Panels;

/// <summary>
/// Places pieces side by side, and on the next line if they do not fit: a narrow terminal gets more lines but loses nothing.
/// </summary>
/// <param name="width">Width of a line in cells.</param>
/// <param name="rank">See <see cref="PanelLine.Rank"/>.</param>
/// <param name="indent">Empty cells before each line.</param>
internal sealed class Flow(int width, int rank = 0, int indent = 1)
{
    private const int Gap = 2;
    private readonly List<PanelLine> _lines = [new PanelLine { Rank = rank }.Add(new string(' ', indent))];

    private bool IsAtStart => _lines[^1].Cells <= indent;

    /// <summary>The lines: at least one.</summary>
    public IReadOnlyList<PanelLine> Lines => _lines;

    /// <summary>Adds a figure: its name, then its value.</summary>
    public Flow Add(Figure figure, string value, Tone tone = Tone.Plain) =>
        Add(new PanelLine().Add($"{figure.Name} ", Tone.Quiet).Add(value, tone));

    /// <summary>Adds a figure that should be zero; hidden while it is.</summary>
    public Flow AddIfAny(Figure figure, long count, Tone tone) => count > 0 ? Add(figure, Text.Count(count), tone) : this;

    /// <summary>Adds a piece that is kept on one line if possible.</summary>
    public Flow Add(string text, Tone tone = Tone.Plain, int gap = Gap) =>
        text.Length == 0 ? this : Add(new PanelLine().Add(text, tone), gap);

    /// <summary>Adds text that may wrap between words.</summary>
    public Flow AddWords(string text, Tone tone = Tone.Plain)
    {
        int gap = Gap;
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Add(word, tone, gap);
            gap = 1;
        }

        return this;
    }

    /// <summary>Adds pieces that are kept on one line if possible.</summary>
    public Flow Add(PanelLine piece, int gap = Gap)
    {
        if (!IsAtStart && _lines[^1].Cells + gap + piece.Cells > width)
        {
            _lines.Add(new PanelLine { Rank = rank }.Add(new string(' ', indent)));
        }
        else if (!IsAtStart)
        {
            _lines[^1].Add(new string(' ', gap));
        }

        // A piece longer than a line is broken anywhere.
        while (piece.Cells > Math.Max(1, width - indent))
        {
            (PanelLine head, piece) = piece.Split(Math.Max(1, width - indent));
            _lines[^1].Add(head);
            _lines.Add(new PanelLine { Rank = rank }.Add(new string(' ', indent)));
        }

        _lines[^1].Add(piece);
        return this;
    }
}
