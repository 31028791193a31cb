using System.Net.Sockets;
using Linnet.Native;

namespace Linnet.Transports;

/// <summary>
/// Reserves the last files and sockets that this process may open for what must not fail: threads and late-loaded assemblies of the runtime
/// (without them it ends the process), a source's file or connection, a decoder's pipes.
/// </summary>
/// <remarks>
/// The kernel gives a new socket the lowest free number. So its number alone tells how many are open, and no counter is needed.
/// </remarks>
/// <param name="limit">Returns how many may be open; <see langword="null"/>: unlimited.</param>
internal sealed class OpenFileReserve(Func<int?> limit)
{
    // A new thread takes two descriptors, a file one or two, a late-loaded assembly two permanently, a decoder's process eight.
    private const int Least = 16;
    private const int Most = 256;
    private const int Share = 32;

    /// <summary>The reserve of this process.</summary>
    internal static OpenFileReserve OfThisProcess { get; } = new(static () => OpenFiles.Limit);

    /// <summary>How many files and sockets may be open, the reserve included; <see langword="null"/>: unlimited.</summary>
    internal int? Limit => limit();

    /// <summary>
    /// How many more sockets may be opened after this one; negative: this one is within the reserve. <see cref="int.MaxValue"/>: unlimited.
    /// </summary>
    internal int RoomBehind(Socket socket) =>
        limit() is int most ? RoomBehind(most, (long)socket.SafeHandle.DangerousGetHandle()) : int.MaxValue;

    /// <summary>How many sockets may be opened while <paramref name="open"/> files are open; never negative.</summary>
    internal int RoomFor(int open) => limit() is int most ? Math.Max(0, RoomBehind(most, open) + 1) : int.MaxValue;

    /// <summary>
    /// Duplicates the connection to the lowest free number; <see langword="null"/> if no lower one is free. The caller closes the original.
    /// </summary>
    internal static Socket? TryMoveLower(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        int number = LibC.Duplicate(socket.SafeHandle, LibC.DuplicateCloseOnExec, 0);
        if (number < 0)
        {
            return null;
        }

        var handle = new SafeSocketHandle(number, ownsHandle: true);
        try
        {
            if (number < socket.SafeHandle.DangerousGetHandle())
            {
                return new Socket(handle);
            }
        }
        catch (SocketException)
        {
            // The client has disconnected.
        }

        handle.Dispose();
        return null;
    }

    private static int RoomBehind(int most, long number) =>
        (int)Math.Clamp(most - Math.Min(Least + (most / Share), Most) - number - 1, int.MinValue, int.MaxValue);
}
