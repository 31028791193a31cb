namespace Linnet.Cli.Panels;

/// <summary>How a piece of the panel is meant; the palette makes colours of it.</summary>
internal enum Tone
{
    Plain,
    Strong,
    Quiet,
    Accent,
    Good,
    Warning,
    Bad,

    /// <summary>White on black on any terminal: a code for cameras.</summary>
    Code,
}
