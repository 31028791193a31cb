using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Linnet.Native;

namespace Linnet.Cli.Outputs;

/// <summary>
/// Writes to one of the standard descriptors and reports errors. The console's own stream hides them for pipes.
/// </summary>
internal static unsafe partial class StandardStream
{
    internal const int Output = 1;
    internal const int Error = 2;

    /// <summary>The pipe has no reader: EPIPE, the same on all Unixes, and used here for Windows too.</summary>
    internal const int BrokenPipe = 32;

    /// <summary>
    /// The terminal was closed: EIO, the same on all Unixes. On a disk EIO is a failure, so <see cref="Open"/> does not report it with
    /// this code.
    /// </summary>
    internal const int TerminalGone = 5;

    private const int Interrupted = 4; // EINTR
    private const int TryAgainLinux = 11; // EAGAIN
    private const int TryAgainMac = 35;
    private const short PollOut = 4;
    private const int RetryMs = 10;

    /// <summary>Gets a writer for <paramref name="descriptor"/>, 1 or 2.</summary>
    internal static ByteWriter Open(int descriptor)
    {
        // Ask before writing: once a terminal is closed, the system no longer reports that it was one.
        bool isRedirected = descriptor == Error ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        return OperatingSystem.IsWindows() ? OpenOnWindows(descriptor)
            : isRedirected ? bytes => WriteToFile(descriptor, bytes)
            : bytes => Write(descriptor, bytes);
    }

    /// <summary>Whether the output's reader has gone: the pipe or the terminal was closed.</summary>
    internal static bool HasNoReader(Exception problem) => problem is IOException { HResult: BrokenPipe or TerminalGone };

    private static int WriteToFile(int descriptor, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Write(descriptor, bytes);
        }
        catch (IOException e) when (e.HResult == TerminalGone)
        {
            throw new IOException(e.Message, e);
        }
    }

    [SupportedOSPlatform("windows")]
    private static ByteWriter OpenOnWindows(int descriptor)
    {
        Stream stream = StandardPipe.TryOpen(descriptor == Error ? StandardPipe.Error : StandardPipe.Output)
            ?? (descriptor == Error ? Console.OpenStandardError() : Console.OpenStandardOutput());
        return Write;

        int Write(ReadOnlySpan<byte> bytes)
        {
            try
            {
                stream.Write(bytes);
                stream.Flush();
                return bytes.Length;
            }
            catch (IOException e) when (StandardPipe.HasNoReader(e))
            {
                throw new IOException(e.Message, BrokenPipe);
            }
        }
    }

    /// <summary>Writes some of <paramref name="bytes"/>. Not for Windows.</summary>
    /// <returns>The number of bytes written, at least one.</returns>
    /// <exception cref="IOException">No byte could be written.</exception>
    internal static int Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            fixed (byte* start = bytes)
            {
                nint written = WriteBytes(descriptor, start, (nuint)bytes.Length);
                if (written > 0)
                {
                    return (int)written;
                }
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    break;
                case TryAgainLinux or TryAgainMac:
                    // Another process that shares this pipe or terminal made it non-blocking. macOS cannot poll a terminal.
                    var room = new PollDescriptor { Descriptor = descriptor, Events = PollOut };
                    _ = OperatingSystem.IsMacOS() ? Poll(null, 0, RetryMs) : Poll(&room, 1, -1);
                    break;
                case int error:
                    throw new IOException(new Win32Exception(error).Message, error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteBytes(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int timeoutMs);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
