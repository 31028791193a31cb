namespace Linnet.Cli.Panels;

/// <summary>
/// The pages of a panel: the status, the meaning of its figures (<c>?</c>), and the addresses (<c>a</c>). Each key opens its page and
/// closes it again; if the explanation is longer than the terminal, the same key pages through it. Keys arrive on another thread than the
/// one that draws.
/// </summary>
/// <param name="panel">Returns the status lines for a width.</param>
/// <param name="figures">The figures of the panel, with their meanings.</param>
/// <param name="addresses">Returns the address lines for a width and a height; <see langword="null"/> if there is no such page.</param>
internal sealed class PanelPages(
    Func<int, IEnumerable<PanelLine>> panel, IReadOnlyList<Figure> figures, Func<int, int, IEnumerable<PanelLine>>? addresses = null)
{
    /// <summary>The key that explains the figures.</summary>
    public const char Explain = '?';

    /// <summary>The key that shows where to listen.</summary>
    public const char Addresses = 'a';

    private const char Escape = '\e';
    // The longest name, a cell before it, and two behind it.
    private const int NameCells = 20;
    private const int NarrowCells = 60;

    private readonly Lock _gate = new();
    private char _shown;
    private int _page;

    /// <summary>Opens or closes the page of a key.</summary>
    /// <returns>Whether the key belongs to a page.</returns>
    public bool TryTake(char key)
    {
        lock (_gate)
        {
            switch (key)
            {
                case Explain:
                    _page = _shown == Explain ? _page + 1 : 0;
                    _shown = Explain;
                    return true;
                case Addresses when addresses is not null:
                    _shown = _shown == Addresses ? default : Addresses;
                    return true;
                case Escape when _shown != default:
                    _shown = default;
                    return true;
                default:
                    return false;
            }
        }
    }

    /// <summary>Returns the lines for a terminal: at most <paramref name="height"/>, each to be cut to <paramref name="width"/>.</summary>
    public IReadOnlyList<PanelLine> Render(int width, int height)
    {
        (char shown, int page) = Shown();
        if (shown == Explain)
        {
            IReadOnlyList<PanelLine> text = [.. figures.SelectMany(figure => Explanation(figure, width))];
            int perPage = Math.Max(1, height - 1);
            if (page * perPage < text.Count)
            {
                bool isLast = (page + 1) * perPage >= text.Count;
                return PanelLine.Fit(
                    [.. text.Skip(page * perPage).Take(perPage),
                        new PanelLine().Add(" ").Add(PlayerPanel.Key("?", isLast ? "goes back" : "shows more"))], height);
            }

            Return();
        }

        return PanelLine.Fit(
            shown == Addresses ? [.. addresses!(width, Math.Max(0, height - 1)),
                new PanelLine().Add(" ").Add(PlayerPanel.Key("a", "goes back"))] : panel(width),
            height);
    }

    private static IEnumerable<PanelLine> Explanation(Figure figure, int width)
    {
        // Side by side if there is room, otherwise below each other.
        if (width < NarrowCells)
        {
            return new Flow(width).AddWords(figure.Name, Tone.Strong).AddWords(figure.Meaning).Lines;
        }

        IReadOnlyList<PanelLine> meaning = new Flow(width - NameCells, indent: 0).AddWords(figure.Meaning).Lines;
        return meaning.Select((line, i) => new PanelLine().Add(" ").Add(i == 0 ? figure.Name : "", Tone.Strong).To(NameCells).Add(line));
    }

    private (char Shown, int Page) Shown()
    {
        lock (_gate)
        {
            return (_shown, _page);
        }
    }

    private void Return()
    {
        lock (_gate)
        {
            _shown = default;
        }
    }
}
