using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>
/// A limit of a process, as Linux knows it; numbers of the machine's word, as glibc's <c>struct rlimit</c> has them. Source: prlimit(2).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe partial struct ProcessLimit
{
    /// <summary>What counts.</summary>
    internal nuint Soft;

    /// <summary>How far the process itself may raise that.</summary>
    internal nuint Hard;

    /// <summary>Reads and sets a limit. Linux only.</summary>
    /// <param name="processId">Whose; 0: this process.</param>
    /// <param name="resource">Which; asm-generic/resource.h.</param>
    /// <param name="newLimit">What it shall be; null: as it is.</param>
    /// <param name="oldLimit">Takes what it was; may be null.</param>
    /// <returns>0: it was done.</returns>
    [LibraryImport("libc", EntryPoint = "prlimit")]
    internal static partial int Exchange(int processId, int resource, ProcessLimit* newLimit, ProcessLimit* oldLimit);
}
