namespace Linnet.Cli.Panels;

/// <summary>How large the terminal is.</summary>
internal static class TerminalSize
{
    private static readonly (int Width, int Height) Usual = (80, 24);

    /// <summary>Its width and height in cells, at least one each; the usual ones where it does not say, as when it is gone.</summary>
    public static (int Width, int Height) Now()
    {
        try
        {
            return Console.WindowWidth > 0 && Console.WindowHeight > 0 ? (Console.WindowWidth, Console.WindowHeight) : Usual;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or PlatformNotSupportedException)
        {
            return Usual;
        }
    }
}
