using System.Net;

namespace Linnet.Broadcast.Packets;

/// <summary>Collects the datagrams of one step of a sender thread, so that many leave in one system call. One thread's own.</summary>
public sealed class SendBatch
{
    private readonly OutgoingDatagram[] _datagrams;
    private IDatagramSender? _sender;
    private int _count;

    /// <summary>An empty batch.</summary>
    /// <param name="capacity">Datagrams collected before they are sent; Linux takes at most 1024 in a call.</param>
    public SendBatch(int capacity = 256) => _datagrams = new OutgoingDatagram[capacity];

    /// <summary>Datagrams that a socket took, in all.</summary>
    public long Sent { get; private set; }

    /// <summary>Datagrams that a socket would not take, in all.</summary>
    public long Refused { get; private set; }

    /// <summary>Adds a datagram; first sends what was collected if that is full or goes through another socket.</summary>
    public void Add(IDatagramSender sender, SocketAddress to, ReadOnlyMemory<byte> bytes)
    {
        if (_count == _datagrams.Length || !ReferenceEquals(sender, _sender))
        {
            Flush();
            _sender = sender;
        }

        _datagrams[_count++] = new OutgoingDatagram(to, bytes);
    }

    /// <summary>Counts a datagram that a listener sent by itself and its socket would not take.</summary>
    internal void CountRefused() => Refused++;

    /// <summary>Sends what was collected.</summary>
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
            // A socket that was closed, or cannot send: what did not leave is refused and counted, and what comes next is tried again.
        }

        Sent += taken;
        Refused += _count - taken;
        Array.Clear(_datagrams, 0, _count);
        _count = 0;
    }
}
