using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>
/// The number of open files and sockets of this process, and its limit (RLIMIT_NOFILE). .NET itself raises the soft limit to the hard one.
/// </summary>
internal static partial class OpenFiles
{
    private const int LimitOnLinux = 7;
    private const int LimitOnMacOS = 8;

    /// <summary>
    /// The limit of open files; <see langword="null"/> if unlimited or unknown. Read again each time, because other programs may change it
    /// (prlimit).
    /// </summary>
    internal static int? Limit
    {
        get
        {
            ulong? soft = OperatingSystem.IsLinux() ? OnLinux() : OperatingSystem.IsMacOS() ? OnMacOS() : null;
            return soft < int.MaxValue ? (int)soft : null;
        }
    }

    /// <summary>The number of open files; <see langword="null"/> if unknown.</summary>
    internal static int? Count()
    {
        try
        {
            return OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length
                : OperatingSystem.IsMacOS() ? Directory.GetFileSystemEntries("/dev/fd").Length
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static unsafe ulong? OnLinux()
    {
        ProcessLimit limit;
        return ProcessLimit.Exchange(0, LimitOnLinux, null, &limit) == 0 ? limit.Soft : null;
    }

    private static ulong? OnMacOS() => GetRLimit(LimitOnMacOS, out MacOSLimit limit) == 0 ? limit.Soft : null;

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetRLimit(int resource, out MacOSLimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct MacOSLimit
    {
        internal ulong Soft;
        internal ulong Hard;
    }
}
