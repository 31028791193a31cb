using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Native;

/// <summary>
/// A standard output of a Windows process that reports when its reader has gone: the console's own stream takes everything from then on.
/// </summary>
[SupportedOSPlatform("windows")]
internal static partial class StandardPipe
{
    internal const int Output = -11;
    internal const int Error = -12;

    private const uint Pipe = 3; // FILE_TYPE_PIPE

    // ERROR_BROKEN_PIPE, ERROR_NO_DATA and ERROR_PIPE_NOT_CONNECTED, as HRESULTs.
    private const int Broken = unchecked((int)0x8007006D);
    private const int NoData = unchecked((int)0x800700E8);
    private const int NotConnected = unchecked((int)0x800700E9);

    /// <summary>Opens the pipe; <see langword="null"/> if the output is a file, a console or nothing.</summary>
    /// <param name="number">One of the constants.</param>
    internal static Stream? TryOpen(int number)
    {
        try
        {
            var handle = new SafeFileHandle(GetHandle(number), ownsHandle: false);
            return GetKind(handle) == Pipe ? new FileStream(handle, FileAccess.Write, bufferSize: 0) : null;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether a write failed because the pipe has no reader any more.</summary>
    internal static bool HasNoReader(IOException problem) => problem.HResult is Broken or NoData or NotConnected;

    [LibraryImport("kernel32.dll", EntryPoint = "GetStdHandle")]
    private static partial nint GetHandle(int number);

    [LibraryImport("kernel32.dll", EntryPoint = "GetFileType")]
    private static partial uint GetKind(SafeFileHandle handle);
}
