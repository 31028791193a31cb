using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Linnet.Cli.Outputs;

/// <summary>
/// Writes to one of the descriptors a program is started with, and says what went wrong, which the console's own stream keeps to itself for
/// pipes.
/// </summary>
internal static unsafe partial class StandardStream
{
    internal const int Output = 1;
    internal const int Error = 2;

    /// <summary>Nobody reads the pipe any more: EPIPE, alike on all Unixes.</summary>
    internal const int BrokenPipe = 32;

    /// <summary>
    /// The terminal was closed: EIO, alike on all Unixes. Of a disk that is a failure; <see cref="Open"/> gives it no code.
    /// </summary>
    internal const int TerminalGone = 5;

    private const int Interrupted = 4; // EINTR
    private const int TryAgainLinux = 11; // EAGAIN
    private const int TryAgainMac = 35;
    private const short PollOut = 4;

    /// <summary>What writes to <paramref name="descriptor"/>, 1 or 2.</summary>
    internal static ByteWriter Open(int descriptor)
    {
        // Asked before anything is written: of a terminal that was closed the system no longer says that it was one.
        bool isRedirected = descriptor == Error ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        if (!OperatingSystem.IsWindows())
        {
            return isRedirected ? bytes => WriteToFile(descriptor, bytes) : bytes => Write(descriptor, bytes);
        }

        SpeakUtf8(isRedirected);
        Stream stream = descriptor == Error ? Console.OpenStandardError() : Console.OpenStandardOutput();
        return bytes =>
        {
            stream.Write(bytes);
            stream.Flush();
            return bytes.Length;
        };
    }

    /// <summary>Whether what could not be written is missed by nobody: whoever read the pipe or the terminal has gone.</summary>
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

    /// <summary>A console of Windows takes bytes for letters of its code page, which is seldom UTF-8.</summary>
    private static void SpeakUtf8(bool isRedirected)
    {
        if (isRedirected)
        {
            return;
        }

        try
        {
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        }
        catch (IOException)
        {
            // There is no console, or it knows no UTF-8: what is not ASCII looks odd.
        }
    }

    /// <summary>Writes some of <paramref name="bytes"/>; not on Windows.</summary>
    /// <returns>How many were taken, at least one.</returns>
    /// <exception cref="IOException">None could be written.</exception>
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
                    // Somebody else who has this pipe or terminal made it one that does not wait.
                    var room = new PollDescriptor { Descriptor = descriptor, Events = PollOut };
                    _ = Poll(&room, 1, -1);
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
