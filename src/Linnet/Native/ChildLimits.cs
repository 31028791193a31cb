namespace Linnet.Native;

/// <summary>
/// Limits the resources of a child process. Linux only; does nothing on other systems. A child that has already exited is not an error.
/// </summary>
/// <remarks>
/// The number of processes is not limited: Linux counts all processes of the user, so those of other programs would count. Sources:
/// prlimit(2), asm-generic/resource.h.
/// </remarks>
internal static unsafe class ChildLimits
{
    private const int ProcessorTime = 0;
    private const int FileSize = 1;
    private const int CoreSize = 4;
    private const int OpenFiles = 7;
    private const int AddressSpace = 9;

    /// <summary>Limits the memory of a child, in bytes of address space.</summary>
    internal static void SetMemory(int processId, long bytes) => Set(processId, AddressSpace, (nuint)bytes);

    /// <summary>Limits the number of files a child may have open.</summary>
    internal static void SetOpenFiles(int processId, int count) => Set(processId, OpenFiles, (nuint)count);

    /// <summary>Forbids a child to write to files. Pipes are not affected.</summary>
    internal static void ForbidFiles(int processId)
    {
        Set(processId, FileSize, 0);
        Set(processId, CoreSize, 0);
    }

    /// <summary>
    /// Limits the total CPU time of a child. Call it again to allow more. Beyond the limit the child gets a signal each second, which ends
    /// most programs; ffmpeg ends at the fourth.
    /// </summary>
    internal static void SetProcessorTime(int processId, TimeSpan time)
    {
        ProcessLimit limit;
        if (OperatingSystem.IsLinux() && ProcessLimit.Exchange(processId, ProcessorTime, null, &limit) == 0)
        {
            // The hard limit stays: once lowered, it can never be raised again.
            limit.Soft = Math.Min((nuint)Math.Ceiling(time.TotalSeconds), limit.Hard);
            _ = ProcessLimit.Exchange(processId, ProcessorTime, &limit, null);
        }
    }

    /// <summary>Lowers the priority of a child below time-critical threads. Needs no privilege.</summary>
    /// <param name="processId">The child.</param>
    /// <param name="nice">The nice value, 1–19.</param>
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
