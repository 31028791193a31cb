namespace Linnet.Cli.Panels;

/// <summary>How large the terminal is.</summary>
internal static class TerminalSize
{
    private static readonly (int Width, int Height) Usual = (80, 24);

    /// <summary>What a terminal says of itself, if that can be: serial lines and some containers say 0 × 0.</summary>
    public static (int Width, int Height) OrUsual(int width, int height) => width > 0 && height > 0 ? (width, height) : Usual;

    /// <summary>Its width and height in cells, at least one each; the usual ones where it does not say, as when it is gone.</summary>
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
