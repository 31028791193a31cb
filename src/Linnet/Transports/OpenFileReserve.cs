using System.Net.Sockets;
using Linnet.Native;

namespace Linnet.Transports;

/// <summary>
/// Keeps the last files and sockets that this process may open for what must not fail: a thread of the runtime's, an assembly that is
/// loaded late (without them the runtime ends the process), a source's file or connection, a decoder's pipes.
/// </summary>
/// <remarks>The kernel gives a new socket the lowest number that is free. So its number alone tells how many are open, and nothing need be
/// counted.</remarks>
/// <param name="limit">Gives how many may be open; <see langword="null"/>: as many as one likes.</param>
internal sealed class OpenFileReserve(Func<int?> limit)
{
    // A thread that starts takes two descriptors, a file one or two, an assembly that is loaded late two for good; a decoder's process
    // eight.
    private const int Least = 16;
    private const int Most = 256;
    private const int Share = 32;

    /// <summary>The reserve of this process.</summary>
    internal static OpenFileReserve OfThisProcess { get; } = new(static () => OpenFiles.Limit);

    /// <summary>How many may be open, the reserve included; <see langword="null"/>: as many as one likes.</summary>
    internal int? Limit => limit();

    /// <summary>
    /// How many more sockets may be opened, this one not counted; negative: it is in the reserve itself. <see cref="int.MaxValue"/>: as
    /// many as one likes.
    /// </summary>
    internal int RoomBehind(Socket socket) =>
        limit() is int most ? RoomBehind(most, (long)socket.SafeHandle.DangerousGetHandle()) : int.MaxValue;

    /// <summary>How many sockets may be opened if so many files are open; never negative.</summary>
    internal int RoomFor(int open) => limit() is int most ? Math.Max(0, RoomBehind(most, open) + 1) : int.MaxValue;

    /// <summary>
    /// The same connection by the lowest number that is free; <see langword="null"/> if that is none lower. Whoever gets it closes the
    /// other.
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
            // It has left.
        }

        handle.Dispose();
        return null;
    }

    private static int RoomBehind(int most, long number) =>
        (int)Math.Clamp(most - Math.Min(Least + (most / Share), Most) - number - 1, int.MinValue, int.MaxValue);
}
