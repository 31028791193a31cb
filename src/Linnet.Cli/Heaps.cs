using System.Runtime.InteropServices;

namespace Linnet.Cli;

/// <summary>
/// Keeps the heaps of glibc small. By default there are eight for each processor, and memory that a connection freed in one heap is of
/// no use to a connection in another; what is free in a heap stays there. So the memory of a server with TLS listeners that come and go
/// grows for a long time.
/// </summary>
internal static partial class Heaps
{
    private const int ArenaMaximum = -8; // M_ARENA_MAX of mallopt(3)

    /// <summary>Two let one thread allocate while another one does.</summary>
    private const int Fewest = 2;

    private static readonly TimeSpan TrimInterval = TimeSpan.FromMinutes(1);

    // musl has one heap, which it trims by itself, and none of these functions.
    private static readonly bool IsGlibc = OperatingSystem.IsLinux()
        && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out _);

    /// <summary>Allows one heap for each processor. Before other threads allocate, because a heap that exists stays in use.</summary>
    internal static void Limit()
    {
        if (IsGlibc && Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is null)
        {
            _ = SetOption(ArenaMaximum, Math.Max(Fewest, Environment.ProcessorCount));
        }
    }

    /// <summary>Returns free memory to the system once a minute, until the result is disposed of.</summary>
    internal static ITimer? TrimRegularly(TimeProvider time) =>
        IsGlibc ? time.CreateTimer(static state => _ = Trim(0), null, TrimInterval, TrimInterval) : null;

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint rest);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
