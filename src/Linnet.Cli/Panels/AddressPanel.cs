namespace Linnet.Cli.Panels;

/// <summary>Shows the addresses to listen at, with a QR code for phones.</summary>
/// <param name="addresses">RTSP addresses, best first.</param>
/// <param name="http">HTTP addresses for browsers, best first; empty if HTTP is off.</param>
/// <param name="push">Addresses for source clients; default none.</param>
/// <param name="notes">Sentences about them; default none.</param>
internal sealed class AddressPanel(
    IReadOnlyList<string> addresses, IReadOnlyList<string> http, IReadOnlyList<string>? push = null, IReadOnlyList<string>? notes = null)
{
    private IReadOnlyList<string>? _code;

    /// <summary>The QR code alone; no lines without HTTP.</summary>
    public IEnumerable<PanelLine> Code => Rows.Select(static line => new PanelLine().Add(line, Tone.Code));

    // Created when first shown: a service never shows it.
    private IReadOnlyList<string> Rows => _code ??= http.Count > 0 ? QrCode.Lines(http[0]) : [];

    /// <summary>The lines for a terminal. The QR code is shown whole or not at all: a part of it is useless.</summary>
    public IEnumerable<PanelLine> Render(int width, int height)
    {
        IReadOnlyList<PanelLine> browser = [.. http.SelectMany(address => Line("In a browser:", address, width, rank: 0))];
        IReadOnlyList<PanelLine> players =
        [
            .. addresses.SelectMany((address, i) => Line("linnet play", address, width, rank: i + 1)),
            .. (push ?? []).SelectMany((address, i) => Line("Push to:", address, width, rank: i + 1)),
            .. (notes ?? []).SelectMany(note => new Flow(width, addresses.Count + 1).AddWords(note, Tone.Quiet).Lines),
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
                    $"The QR code needs a terminal of {codeWidth + 1} × {codeHeight + browser.Count + 2}.", Tone.Quiet).Lines];
    }

    // On a narrow terminal the address stands alone, to leave room for the code.
    private static IReadOnlyList<PanelLine> Line(string what, string address, int width, int rank)
    {
        PanelLine whole = new PanelLine { Rank = rank }.Add(" ").Add(what, Tone.Quiet).Add("  ").Add(address, Tone.Accent);
        return whole.Cells <= width ? [whole] : new Flow(width, rank).Add(address, Tone.Accent).Lines;
    }
}
