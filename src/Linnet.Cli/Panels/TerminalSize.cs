namespace Linnet.Cli.Panels;

/// <summary>The size of the terminal.</summary>
internal static class TerminalSize
{
    private static readonly (int Width, int Height) Usual = (80, 24);

    /// <summary>The size that the terminal reports, if any: serial lines and some containers report 0 × 0.</summary>
    public static (int Width, int Height) OrUsual(int width, int height) => width > 0 && height > 0 ? (width, height) : Usual;

    /// <summary>The width and height in cells, at least one each; the defaults if the terminal reports none, as when it is gone.</summary>
    public static (int Width, int Height) Now()
    {
        try
        {
            return OrUsual(Console.WindowWidth, Console.WindowHeight);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or PlatformNotSupportedException)
        {
            return Usual;
        }
    }
}
