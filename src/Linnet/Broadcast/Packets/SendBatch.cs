using System.Net;

namespace Linnet.Broadcast.Packets;

/// <summary>Collects the datagrams of one step of a sender thread, to send many in one system call. For one thread.</summary>
internal sealed class SendBatch
{
    private readonly OutgoingDatagram[] _datagrams;
    private IDatagramSender? _sender;
    private int _count;

    /// <summary>Creates an empty batch.</summary>
    /// <param name="capacity">Datagrams collected before they are sent; Linux accepts at most 1024 in a call.</param>
    public SendBatch(int capacity = 256) => _datagrams = new OutgoingDatagram[capacity];

    /// <summary>Total datagrams that a socket refused.</summary>
    public long Refused { get; private set; }

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
