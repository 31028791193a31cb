using System.Runtime.InteropServices;
using System.Text;

namespace Linnet.Cli.Outputs;

/// <summary>
/// Refuses to start if the process may open too few files to run any command. Otherwise the runtime would end the process later, when
/// it cannot load one of its parts, with a message that blames the program.
/// </summary>
/// <remarks>Runs before everything else and uses nothing that must be loaded first: no thread, no console, no library.</remarks>
internal static partial class FewestFiles
{
    /// <summary>
    /// The fewest files needed: the runtime and the parts that every command uses take about 60, playing or recording 20 more.
    /// </summary>
    internal const int Least = 96;

    private const int LimitOnLinux = 7;
    private const int LimitOnMacOS = 8;

    /// <summary>Whether this process may open enough files. If not, prints advice on standard error.</summary>
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
            // Nothing can be reported. The exit code shows the failure.
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
