using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>
/// A resource limit of a Linux process, in machine words like glibc's <c>struct rlimit</c>. Source: prlimit(2).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe partial struct ProcessLimit
{
    /// <summary>The effective limit.</summary>
    internal nuint Soft;

    /// <summary>The maximum to which the process itself may raise the soft limit.</summary>
    internal nuint Hard;

    /// <summary>Reads and sets a limit. Linux only.</summary>
    /// <param name="processId">The process; 0 is this one.</param>
    /// <param name="resource">Number of the resource, from asm-generic/resource.h.</param>
    /// <param name="newLimit">The new limit; null leaves it unchanged.</param>
    /// <param name="oldLimit">Receives the previous limit; may be null.</param>
    /// <returns>0 on success.</returns>
    [LibraryImport("libc", EntryPoint = "prlimit")]
    internal static partial int Exchange(int processId, int resource, ProcessLimit* newLimit, ProcessLimit* oldLimit);
}
