using Linnet.Sources;

namespace Linnet.Cli.Configuration;

/// <summary>Paths in a configuration file: <c>~</c> is the home folder, and relative ones begin where the file is.</summary>
internal static class ConfigPath
{
    // Of the user who started Linnet: it is read before Linnet switches to another one.
    private static readonly string Home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    public static string Of(string path, string folder) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Path.Join(Home, path[1..]) : Path.GetFullPath(path, folder);

    /// <summary>Expands <c>~</c> in <c>NAME=SOURCE</c>: not every shell does so there.</summary>
    public static string AtHome(string text) =>
        text.IndexOf("=~/", StringComparison.Ordinal) is > 0 and var at && StationName.IsValid(text.AsSpan(0, at))
        ? text[..(at + 1)] + Path.Join(Home, text[(at + 3)..])
        : text;
}
