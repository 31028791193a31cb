using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>Limits what a child process may take. Linux only; elsewhere there is none.</summary>
internal static unsafe partial class ChildLimits
{
    private const int AddressSpace = 9;

    /// <summary>Bounds the memory of a child, in bytes of address space. A child that has ended already is no error.</summary>
    internal static void SetMemory(int processId, long bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            var limit = new Limit { Soft = (nuint)bytes, Hard = (nuint)bytes };
            _ = SetLimit(processId, AddressSpace, &limit, null);
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

    /// <remarks>Source: prlimit(2), RLIMIT_AS in asm-generic/resource.h.</remarks>
    [LibraryImport("libc", EntryPoint = "prlimit")]
    private static partial int SetLimit(int processId, int resource, Limit* newLimit, Limit* oldLimit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        internal nuint Soft;
        internal nuint Hard;
    }
}
