namespace Linnet.Cli.Panels;

/// <summary>Shows where to listen, with a code for phones.</summary>
/// <param name="addresses">For players of RTSP, best first.</param>
/// <param name="http">For browsers, best first; empty: HTTP is off.</param>
/// <param name="push">Where others push to; default nowhere.</param>
internal sealed class AddressPanel(IReadOnlyList<string> addresses, IReadOnlyList<string> http, IReadOnlyList<string>? push = null)
{
    private IReadOnlyList<string>? _code;

    /// <summary>The code alone; no lines without HTTP.</summary>
    public IEnumerable<PanelLine> Code => Rows.Select(static line => new PanelLine().Add(line, Tone.Code));

    // Made when it is first shown: a service never does.
    private IReadOnlyList<string> Rows => _code ??= http.Count > 0 ? QrCode.Lines(http[0]) : [];

    /// <summary>The lines for a terminal. The code is whole or not there: a part of one is of no use.</summary>
    public IEnumerable<PanelLine> Render(int width, int height)
    {
        IReadOnlyList<PanelLine> browser = [.. http.SelectMany(address => Line("In a browser:", address, width, rank: 0))];
        IReadOnlyList<PanelLine> players =
        [
            .. addresses.SelectMany((address, i) => Line("linnet play", address, width, rank: i + 1)),
            .. (push ?? []).SelectMany((address, i) => Line("Push to:", address, width, rank: i + 1)),
        ];
        if (Rows.Count == 0)
        {
            return players;
        }

        (int codeWidth, int codeHeight) = (Rows.Max(static line => line.Length), Rows.Count);
        int room = height - browser.Count - codeHeight;
        return codeWidth <= width && room >= 0
            ? [.. browser, .. Code, .. PanelLine.Fit(players, room)]
            : [.. browser, .. players,
                .. new Flow(width).AddWords(
                    $"A code for phones needs a terminal of {codeWidth + 1} × {codeHeight + browser.Count + 2}.", Tone.Quiet).Lines];
    }

    // On a narrow terminal the address alone, so that the code has its place.
    private static IReadOnlyList<PanelLine> Line(string what, string address, int width, int rank)
    {
        PanelLine whole = new PanelLine { Rank = rank }.Add(" ").Add(what, Tone.Quiet).Add("  ").Add(address, Tone.Accent);
        return whole.Cells <= width ? [whole] : new Flow(width, rank).Add(address, Tone.Accent).Lines;
    }
}
