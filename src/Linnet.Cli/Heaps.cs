using System.Runtime.InteropServices;

namespace Linnet.Cli;

/// <summary>
/// Limits the heaps of glibc to one for each processor. By default there are eight for each, and memory that a connection freed in one
/// heap is of no use to a connection in another: the memory of a server with TLS listeners that come and go grows for hours.
/// </summary>
/// <remarks>Before other threads allocate, because a heap that exists stays in use. Other C libraries have no such setting.</remarks>
internal static partial class Heaps
{
    private const int ArenaMaximum = -8; // M_ARENA_MAX of mallopt(3)

    /// <summary>Two let one thread allocate while another one does.</summary>
    private const int Fewest = 2;

    internal static void Limit()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is not null)
        {
            return;
        }

        try
        {
            _ = SetOption(ArenaMaximum, Math.Max(Fewest, Environment.ProcessorCount));
        }
        catch (EntryPointNotFoundException)
        {
            // musl has one heap.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
