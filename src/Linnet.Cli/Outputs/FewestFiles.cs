using System.Runtime.InteropServices;
using System.Text;

namespace Linnet.Cli.Outputs;

/// <summary>
/// Refuses to start where a process may open so few files that no command could run. The runtime ends a process that cannot load one of its
/// parts, in the midst of something and with a message that blames the program.
/// </summary>
/// <remarks>Runs before everything else and uses nothing that would have to be loaded first: no thread, no console, no library.</remarks>
internal static partial class FewestFiles
{
    /// <summary>The runtime and the parts that every command needs take some 60; a command that plays or records some 20 more.</summary>
    internal const int Least = 96;

    private const int LimitOnLinux = 7;
    private const int LimitOnMacOS = 8;

    /// <summary>Whether this process may open enough files. If not, standard error says what to do.</summary>
    internal static bool AreAllowed()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return true;
        }

        // .NET has raised the soft limit to the hard one.
        if (GetRLimit(OperatingSystem.IsLinux() ? LimitOnLinux : LimitOnMacOS, out ResourceLimit limit) != 0 || limit.Soft >= Least)
        {
            return true;
        }

        if (!StartedDescriptors.IsMissing(StandardStream.Error))
        {
            Say(Encoding.UTF8.GetBytes("linnet: " + Failure.FewFilesOf((int)limit.Soft) + "\n"));
        }

        return false;
    }

    private static void Say(byte[] line)
    {
        try
        {
            for (int written = 0; written < line.Length;)
            {
                written += StandardStream.Write(StandardStream.Error, line.AsSpan(written));
            }
        }
        catch (IOException)
        {
            // Nobody hears it. The exit code says that it failed.
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetRLimit(int resource, out ResourceLimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        internal ulong Soft;
        internal ulong Hard;
    }
}
