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
        if (slashed.StartsWith(@"\\.\", StringComparison.Ordinal) || IsPipe(slashed))
        {
            return true;
        }

        // NUL.wav is a device, too, and so is C:NUL.
        string name = slashed[(slashed.LastIndexOf('\\') + 1)..];
        name = name is [_, ':', _, ..] && char.IsAsciiLetter(name[0]) ? name[2..] : name;
        int end = name.AsSpan().IndexOfAny('.', ':');
        name = (end < 0 ? name : name[..end]).TrimEnd(' ');
        return Devices.Contains(name, StringComparer.OrdinalIgnoreCase)
            || (name is [_, _, _, (>= '1' and <= '9') or '¹' or '²' or '³'] && Ports.Contains(name[..3], StringComparer.OrdinalIgnoreCase));
    }

    // \\?\pipe\NAME, \\HOST\pipe\NAME and \\?\UNC\HOST\pipe\NAME: no folder can be shared as "pipe".
    private static bool IsPipe(string slashed)
    {
        string[] parts = slashed.Split('\\', 6);
        return parts is ["", "", var host, var share, _, ..]
            && (IsNamed(share) || (host == "?" && IsUnc(share) && parts is [_, _, _, _, _, var rest] && IsNamed(rest.Split('\\')[0])));

        static bool IsNamed(string share) => share.Equals("pipe", StringComparison.OrdinalIgnoreCase);
        static bool IsUnc(string part) => part.Equals("UNC", StringComparison.OrdinalIgnoreCase);
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
