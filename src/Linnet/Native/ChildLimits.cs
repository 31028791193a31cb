namespace Linnet.Native;

/// <summary>
/// Limits what a child process may take. Linux only; elsewhere there is none. A child that has ended already is no error.
/// </summary>
/// <remarks>
/// Not the number of processes: Linux counts all that the user runs, so another program's would be ours. Sources: prlimit(2),
/// asm-generic/resource.h.
/// </remarks>
internal static unsafe class ChildLimits
{
    private const int ProcessorTime = 0;
    private const int FileSize = 1;
    private const int CoreSize = 4;
    private const int OpenFiles = 7;
    private const int AddressSpace = 9;

    /// <summary>Bounds the memory of a child, in bytes of address space.</summary>
    internal static void SetMemory(int processId, long bytes) => Set(processId, AddressSpace, (nuint)bytes);

    /// <summary>Bounds how many files a child may have open.</summary>
    internal static void SetOpenFiles(int processId, int count) => Set(processId, OpenFiles, (nuint)count);

    /// <summary>Takes from a child the right to put anything into a file. Pipes are none.</summary>
    internal static void ForbidFiles(int processId)
    {
        Set(processId, FileSize, 0);
        Set(processId, CoreSize, 0);
    }

    /// <summary>
    /// Bounds what a child may take of the processor, all in all. It can be set again to allow more. At its end the child is asked to stop
    /// by a signal each second, which ends most programs, and ffmpeg with the fourth.
    /// </summary>
    internal static void SetProcessorTime(int processId, TimeSpan time)
    {
        ProcessLimit limit;
        if (OperatingSystem.IsLinux() && ProcessLimit.Exchange(processId, ProcessorTime, null, &limit) == 0)
        {
            // The other limit stays: what is lowered there can never be raised again.
            limit.Soft = Math.Min((nuint)Math.Ceiling(time.TotalSeconds), limit.Hard);
            _ = ProcessLimit.Exchange(processId, ProcessorTime, &limit, null);
        }
    }

    /// <summary>Lets a child stand back behind what must be in time. It needs no privilege.</summary>
    /// <param name="processId">The child.</param>
    /// <param name="nice">By how much, 1–19.</param>
    internal static void SetNice(int processId, int nice)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = LibC.SetPriority(0, (uint)processId, nice);
        }
    }

    private static void Set(int processId, int resource, nuint most)
    {
        if (OperatingSystem.IsLinux())
        {
            var limit = new ProcessLimit { Soft = most, Hard = most };
            _ = ProcessLimit.Exchange(processId, resource, &limit, null);
        }
    }
}
