namespace Linnet.Cli.Panels;

/// <summary>The meaning of a piece of a panel; the palette maps it to a colour.</summary>
internal enum Tone
{
    Plain,
    Strong,
    Quiet,
    Accent,
    Good,
    Warning,
    Bad,

    /// <summary>White on black on any terminal: for a QR code.</summary>
    Code,
}
