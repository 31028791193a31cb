namespace Linnet.Sources.Files;

/// <summary>Names that stand for devices and named pipes on Windows, in any folder: opening one may block, or talk to a device.</summary>
/// <remarks>Source: Naming Files, Paths, and Namespaces, Microsoft Learn.</remarks>
internal static class WindowsDeviceName
{
    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    private static readonly string[] Ports = ["COM", "LPT"];

    /// <summary>Whether Windows takes the path for a device.</summary>
    internal static bool Is(string path)
    {
        string slashed = path.Replace('/', '\\');
        if (slashed.StartsWith(@"\\.\", StringComparison.Ordinal)
            || slashed.StartsWith(@"\\?\pipe\", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // NUL.wav is a device, too.
        string name = slashed[(slashed.LastIndexOf('\\') + 1)..];
        int end = name.AsSpan().IndexOfAny('.', ':');
        name = (end < 0 ? name : name[..end]).TrimEnd(' ');
        return Devices.Contains(name, StringComparer.OrdinalIgnoreCase)
            || (name is [_, _, _, (>= '1' and <= '9') or '¹' or '²' or '³'] && Ports.Contains(name[..3], StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Refuses such a path.</summary>
    /// <exception cref="IOException">The path is one, and this is Windows.</exception>
    internal static void Refuse(string path)
    {
        if (OperatingSystem.IsWindows() && Is(path))
        {
            throw new IOException(
                $"{path} is a device or a named pipe of Windows, not a file; to play what another program writes, use 'serve -'.");
        }
    }
}
