using System.Net;

namespace Linnet.Broadcast.Packets;

/// <summary>
/// The listeners of a ring that always keep up, because the network delivers or loses their datagrams: at the ring's edge, each
/// packet is sent to all of them at once, without a visit to each. Owned by one sender thread; any thread may read the counts.
/// </summary>
/// <param name="sender">Sends the datagrams to all of them.</param>
/// <param name="framing">The form in which all of them take packets.</param>
internal sealed class LiveEdgeFan(IDatagramSender sender, PacketFraming framing) : IDisposable
{
    private readonly IDatagramFan _fan = sender.CreateFan();
    private readonly List<Listener> _listeners = [];
    private readonly PriorityQueue<Listener, long> _reports = new();
    private long _packets;
    private long _payloadBytes;

    /// <summary>Whether listeners that are sent to in this way belong here.</summary>
    internal bool IsFor(IDatagramSender through, PacketFraming form) => through == sender && ReferenceEquals(form, framing);

    internal int Count => _listeners.Count;

    /// <summary>Packets sent to each since there were any.</summary>
    internal long Packets => Volatile.Read(ref _packets);

    /// <summary>Bytes of payload in them.</summary>
    internal long PayloadBytes => Volatile.Read(ref _payloadBytes);

    /// <summary>The packet that was sent last.</summary>
    internal PacketItem? Newest { get; private set; }

    /// <summary>Takes in a listener that has got all that was due.</summary>
    internal void Add(Listener listener, SocketAddress address)
    {
        _fan.Add(address);
        listener.Follow(this, _listeners.Count, address);
        _listeners.Add(listener);
        _reports.Enqueue(listener, listener.ReportAt);
    }

    /// <summary>Lets a listener go; it has got all that was sent.</summary>
    internal void Remove(Listener listener)
    {
        int index = listener.FollowsAs;
        _fan.RemoveAt(index);
        _listeners[index] = _listeners[^1];
        _listeners[index].FollowsAs = index;
        _listeners.RemoveAt(_listeners.Count - 1);
        listener.Unfollow();
    }

    /// <summary>Sends to the address that a listener has now.</summary>
    internal void Readdress(Listener listener, SocketAddress address)
    {
        _fan.Replace(listener.FollowsAs, address);
        listener.FollowsAt = address;
    }

    /// <summary>One of them; it has another number once one was removed.</summary>
    internal Listener this[int index] => _listeners[index];

    /// <summary>The listener that would be removed at the least cost.</summary>
    internal Listener Last => _listeners[^1];

    /// <summary>Sends a packet to all.</summary>
    /// <returns>The number of datagrams that the network accepted.</returns>
    internal int Send(PacketItem packet)
    {
        Newest = packet;
        int taken = _fan.Send(framing.Frame(packet));
        Volatile.Write(ref _payloadBytes, _payloadBytes + packet.Payload.Length);
        Volatile.Write(ref _packets, _packets + 1);
        return taken;
    }

    /// <summary>Gives each listener whose report is due to <paramref name="report"/>, which sets the next.</summary>
    /// <returns>When to come again.</returns>
    internal long Report(long now, Action<Listener, long> report)
    {
        while (_reports.TryPeek(out Listener? listener, out long at))
        {
            bool isOurs = listener.LiveEdgeFan == this && listener.ReportAt == at;
            if (isOurs && at > now)
            {
                return at;
            }

            _reports.Dequeue();
            if (isOurs)
            {
                report(listener, now);
                _reports.Enqueue(listener, listener.ReportAt);
            }
        }

        return SenderLoop.Never;
    }

    public void Dispose() => _fan.Dispose();
}
