using System.Net;

namespace Linnet.Broadcast.Packets;

/// <summary>The server's record of one listener to a rendition; each transport defines how a packet reaches it.</summary>
/// <remarks>
/// Owned by one sender thread from the moment it is added until it is removed: that thread alone calls the methods
/// that send. They never wait. The counters may be read by anyone.
/// </remarks>
internal abstract class Listener
{
    private long _packetsSent;
    private long _payloadBytesSent;
    private long _packetsSkipped;
    private int _dropped;
    private int _wantsRepair;
    private Following _following = new(null, 0, 0);

    /// <summary>A listener of the rendition that <paramref name="lease"/> keeps running.</summary>
    /// <param name="lease">Its lease of the rendition; the owner of the session disposes it.</param>
    /// <param name="remote">Its address.</param>
    /// <param name="transport">Name for logs and metrics: <c>rtsp-udp</c>, <c>rtsp-tcp</c>, …</param>
    protected Listener(RingLease lease, IPEndPoint remote, string transport)
    {
        Lease = lease;
        Remote = remote;
        Transport = transport;
    }

    /// <summary>Its number, which no other listener of this process has.</summary>
    public long Id { get; } = ListenerNumber.Next();

    /// <summary>When it connected, for display. Default: unknown.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Its part in the rendition.</summary>
    public RingLease Lease { get; }

    /// <summary>The ring it is served from.</summary>
    public BroadcastRing Ring => Lease.Ring;

    /// <summary>Where it is.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>How it is served.</summary>
    public string Transport { get; }

    /// <summary>Packets handed to the network for it.</summary>
    public long PacketsSent => Volatile.Read(ref _packetsSent) + Volatile.Read(ref _following).AllPackets;

    /// <summary>Bytes of payload in them, headers not counted (RFC 3550 §6.4.1).</summary>
    public long PayloadBytesSent => Volatile.Read(ref _payloadBytesSent) + Volatile.Read(ref _following).AllPayloadBytes;

    /// <summary>Packets it was not sent because it was too slow and was moved to the live edge.</summary>
    public long PacketsSkipped => Volatile.Read(ref _packetsSkipped);

    /// <summary>Why it was dropped, or <see cref="DropReason.None"/>.</summary>
    public DropReason Dropped => (DropReason)Volatile.Read(ref _dropped);

    /// <summary>Bytes the network has not accepted from us or not yet delivered; 0 where nothing waits.</summary>
    public virtual long UnsentBytes => 0;

    /// <summary>Index in the ring of the item it is to get next. The sender thread's own after the listener was added.</summary>
    internal long Next { get; set; }

    /// <summary>
    /// Index of the first item it missed. Before it goes on, it gets those missed items that still hold at <see cref="Next"/>.
    /// <see langword="null"/>: none. At its start it has missed all items before.
    /// </summary>
    internal long? PassedOverFrom { get; set; } = 0;

    /// <summary>When its next report is due, in ticks.</summary>
    internal long ReportAt { get; set; } = long.MinValue;

    /// <summary>Since when it has accepted no data though some was due; <see langword="null"/> while it keeps up.</summary>
    internal long? StalledSince { get; set; }

    /// <summary>
    /// Whether it has shown that it accepts data: it accepted some after a pause, or much has arrived.
    /// </summary>
    internal bool HasTaken { get; set; }

    /// <summary>
    /// Its share of the kernel's send memory; <see langword="null"/>: not counted. Set before it is served; the owner of the session
    /// disposes it.
    /// </summary>
    internal SendMemory.Use? Memory { get; set; }

    /// <summary>Whether part of a packet waited when the sender last looked.</summary>
    internal bool Unflushed { get; set; }

    /// <summary>Told when <see cref="WantRepair"/> is called; set by the thread pool that serves it.</summary>
    internal Action<Listener>? OnRepairWanted { get; set; }

    /// <summary>
    /// The loop that serves it now. Written only on that loop's thread; another thread sees from it that the listener is not its own.
    /// </summary>
    internal SenderLoop? ServedBy { get; set; }

    /// <summary>Among whom it is sent to; <see langword="null"/>: by itself. Like the two below, the sender thread's own.</summary>
    internal LiveEdgeFan? LiveEdgeFan => _following.Among;

    /// <summary>Its place among them.</summary>
    internal int FollowsAs { get; set; }

    /// <summary>The address they have of it.</summary>
    internal SocketAddress? FollowsAt { get; set; }

    /// <summary>
    /// The address to which every packet can now go as a datagram, and its form; <see langword="null"/>: none, it needs
    /// <see cref="TrySend"/>. After a change, call <see cref="WantRepair"/>.
    /// </summary>
    internal virtual (IDatagramSender Sender, SocketAddress To, PacketFraming Framing)? PlainRoute => null;

    /// <summary>
    /// Called before <see cref="SendRepair"/> and <see cref="TrySend"/> with the last packet that was sent to its <see cref="PlainRoute"/>
    /// meanwhile.
    /// </summary>
    internal virtual void OnSent(PacketItem newest)
    {
    }

    /// <summary>Sends a packet, or starts to. Called for packets in order.</summary>
    /// <returns><see langword="false"/> if it has no room now; the packet is offered again.</returns>
    internal abstract bool TrySend(PacketItem packet, SendBatch batch);

    /// <summary>
    /// Called once for each title, format and discontinuity, in the ring's order between the packets. If a listener starts in the middle,
    /// or was moved to the live edge, it gets those that hold there and that it does not know. By default it needs none of them.
    /// </summary>
    /// <param name="item">The item; never a packet, nor the end (see <see cref="SendEnd"/>).</param>
    /// <param name="batch">Takes datagrams.</param>
    /// <returns><see langword="false"/> if it has no room now; the item is offered again, and packets wait behind it.</returns>
    internal virtual bool OnItem(RingItem item, SendBatch batch) => true;

    /// <summary>Sends on what <see cref="TrySend"/> could only start.</summary>
    /// <returns><see langword="false"/> while something still waits.</returns>
    internal virtual bool TryFlush() => true;

    /// <summary>
    /// When to call <see cref="TryWake"/>, in ticks: it has something to send by itself. Default: never. Read after each packet.
    /// </summary>
    internal virtual long WakeAt => SenderLoop.Never;

    /// <summary>Sends what <see cref="WakeAt"/> announced.</summary>
    /// <returns><see langword="false"/> if it has no room now; it is called again.</returns>
    internal virtual bool TryWake(long now) => true;

    /// <summary>Sends a report of what it was sent and which wall-clock time its positions stand for.</summary>
    /// <param name="now">The instant to report, in ticks.</param>
    /// <param name="batch">Takes the datagrams.</param>
    internal abstract void SendReport(long now, SendBatch batch);

    /// <summary>
    /// Has <see cref="PlainRoute"/> read and <see cref="SendRepair"/> called soon, on the thread that sends. From any thread.
    /// </summary>
    internal void WantRepair()
    {
        if (OnRepairWanted is Action<Listener> wanted && Interlocked.Exchange(ref _wantsRepair, 1) == 0)
        {
            wanted(this);
        }
    }

    /// <summary>Sends again what was asked for.</summary>
    /// <param name="now">The instant, in ticks.</param>
    /// <param name="batch">Takes the datagrams.</param>
    internal virtual void SendRepair(long now, SendBatch batch)
    {
    }

    /// <summary>
    /// The payload bytes that <see cref="TrySend"/> just sent: more than the packet's if it carried copies of others.
    /// </summary>
    protected virtual int PayloadBytesOf(PacketItem packet) => packet.Payload.Length;

    /// <summary>
    /// Whether <see cref="SendEnd"/> is called also if only this run of the rendition ended. <see langword="false"/>: its client would take
    /// that for the station's end; a closed connection makes it connect again.
    /// </summary>
    internal virtual bool IsToldOfStop => true;

    /// <summary>Says that the station has ended: all that was due has been sent before.</summary>
    internal abstract void SendEnd(SendBatch batch);

    /// <summary>
    /// Called once, on the sender's thread, when no more will be sent: the station ended, or it was dropped. Must be quick.
    /// </summary>
    internal abstract void OnFinished(DropReason reason);

    internal void CountSent(PacketItem packet)
    {
        Volatile.Write(ref _packetsSent, _packetsSent + 1);
        Volatile.Write(ref _payloadBytesSent, _payloadBytesSent + PayloadBytesOf(packet));
    }

    internal void Repair(SenderLoop loop, long now, SendBatch batch)
    {
        // A full fence: changes made before the call that found this set are seen.
        Interlocked.Exchange(ref _wantsRepair, 0);
        if (ServedBy == loop)
        {
            SendRepair(now, batch);
        }
    }

    internal void Follow(LiveEdgeFan followers, int index, SocketAddress address)
    {
        Volatile.Write(ref _following,
            new Following(followers, _following.Packets - followers.Packets, _following.PayloadBytes - followers.PayloadBytes));
        (FollowsAs, FollowsAt) = (index, address);
    }

    internal void Unfollow()
    {
        Volatile.Write(ref _following, new Following(null, _following.AllPackets, _following.AllPayloadBytes));
        FollowsAt = null;
    }

    /// <summary>Notes what the kernel holds for it while it keeps up.</summary>
    internal void Weigh()
    {
        if (StalledSince is null)
        {
            Memory?.Set(SendMemory.OnTheBooks(UnsentBytes));
        }
    }

    /// <summary>Notes that it accepts no data, though some is due.</summary>
    /// <returns>Whether it has been so for too long.</returns>
    internal bool Stall(long now, SendPatience patience)
    {
        if (StalledSince is null)
        {
            StalledSince = now;
            Memory?.Set(long.MaxValue);
            HasTaken |= PayloadBytesSent - UnsentBytes >= SendPatience.Proof;
        }

        return patience.IsOver(now - StalledSince.Value, HasTaken, Memory);
    }

    /// <summary>Notes that it has accepted data.</summary>
    internal void Recover(long now, SendPatience patience)
    {
        if (StalledSince is long since)
        {
            StalledSince = null;
            HasTaken |= patience.IsProof(now - since);
            Weigh();
        }
    }

    internal void CountSkipped(long packets) => Volatile.Write(ref _packetsSkipped, _packetsSkipped + packets);

    /// <summary>Marks it to be given up; the sender does so on the next occasion.</summary>
    internal void Drop(DropReason reason) => Volatile.Write(ref _dropped, (int)reason);

    // Packets sent to it as one of a group: one value, so that a reader counts each packet once while it joins or leaves the group.
    private sealed record Following(LiveEdgeFan? Among, long Packets, long PayloadBytes)
    {
        public long AllPackets => Packets + (Among?.Packets ?? 0);

        public long AllPayloadBytes => PayloadBytes + (Among?.PayloadBytes ?? 0);
    }
}

/// <summary>Why a sender dropped a listener.</summary>
internal enum DropReason
{
    /// <summary>It was not dropped: it left, or the station ended.</summary>
    None = 0,

    /// <summary>It accepted no data for longer than <see cref="SenderOptions.StallTimeout"/>.</summary>
    Stalled,

    /// <summary>Its connection broke.</summary>
    Disconnected,

    /// <summary>Sending to it failed here; the log says why.</summary>
    Failed,

    /// <summary>Its rendition failed. It can be requested again.</summary>
    RenditionFailed,

    /// <summary>Its rendition was made on demand, and gave way to one that another address requested.</summary>
    GaveWay,

    /// <summary>The server stops before the station's end.</summary>
    ServerStopped,

    /// <summary>It paused for so long that it cannot follow the stream. It can set it up again.</summary>
    PausedTooLong,
}
