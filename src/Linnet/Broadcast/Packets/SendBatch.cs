using System.Net;
using System.Runtime.InteropServices;

namespace Linnet.Broadcast.Packets;

/// <summary>Collects the datagrams of one step of a sender thread, to send many in one system call. For one thread.</summary>
internal sealed class SendBatch
{
    // Small enough to stay in the processor's cache until it is sent.
    private const int MostRented = 64 * 1024;
    private const int Alignment = 8;

    private readonly OutgoingDatagram[] _datagrams;
    private IDatagramSender? _sender;
    private Memory<byte> _memory;
    private int _rented;
    private int _count;

    /// <summary>Creates an empty batch.</summary>
    /// <param name="capacity">Datagrams collected before they are sent; Linux accepts at most 1024 in a call.</param>
    public SendBatch(int capacity = 256) => _datagrams = new OutgoingDatagram[capacity];

    /// <summary>Total datagrams that a socket refused.</summary>
    public long Refused { get; private set; }

    /// <summary>
    /// Returns memory for a datagram that only one listener gets. It is valid until the batch is sent: write the datagram and
    /// <see cref="Add"/> it at once, for the same socket. First sends the collected datagrams if there is no room.
    /// </summary>
    /// <param name="sender">The socket.</param>
    /// <param name="length">The most bytes of the datagram.</param>
    internal Memory<byte> Rent(IDatagramSender sender, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MostRented);
        if (_count == _datagrams.Length || !ReferenceEquals(sender, _sender) || _rented + length > _memory.Length)
        {
            Flush();
            _sender = sender;
        }

        if (_memory.Length < length)
        {
            // Pinned for good, so that no datagram need be pinned for each call of the system.
            int size = Math.Max(length, Math.Min(MostRented, _datagrams.Length * 2048));
            _memory = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(size, pinned: true), 0, size);
        }

        Memory<byte> rented = _memory.Slice(_rented, length);
        _rented = Math.Min(_memory.Length, _rented + ((length + Alignment - 1) & -Alignment));
        return rented;
    }

    /// <summary>Adds a datagram. First sends the collected ones if the batch is full or the datagram needs another socket.</summary>
    public void Add(IDatagramSender sender, SocketAddress to, ReadOnlyMemory<byte> bytes)
    {
        if (_count == _datagrams.Length || !ReferenceEquals(sender, _sender))
        {
            Flush();
            _sender = sender;
        }

        _datagrams[_count++] = new OutgoingDatagram(to, bytes);
    }

    /// <summary>Counts a datagram that a listener sent itself and its socket refused.</summary>
    internal void CountRefused() => Refused++;

    /// <summary>Sends the collected datagrams.</summary>
    public void Flush()
    {
        _rented = 0;
        if (_count == 0)
        {
            return;
        }

        int taken = 0;
        try
        {
            taken = _sender!.Send(_datagrams.AsSpan(0, _count));
        }
        catch (Exception)
        {
            // The socket is closed or cannot send: the unsent datagrams count as refused. The next ones are tried again.
        }

        Refused += _count - taken;
        Array.Clear(_datagrams, 0, _count);
        _count = 0;
    }
}
