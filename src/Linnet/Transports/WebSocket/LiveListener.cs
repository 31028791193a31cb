using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Wire.WebSocket;

namespace Linnet.Transports.WebSocket;

/// <summary>Hears a rendition over WebSocket.</summary>
/// <param name="lease">Its lease of the rendition.</param>
/// <param name="remote">Its address.</param>
/// <param name="output">The connection's output.</param>
/// <param name="framing">Makes the messages.</param>
/// <param name="told">The format that it was told.</param>
/// <param name="joinedAt">When it was told, in the framing's ticks.</param>
/// <param name="onFinished">Called once, on the sender's thread, when no more will be sent. Must be quick.</param>
internal sealed class LiveListener(
    RingLease lease, IPEndPoint remote, FramedOutput output, LiveFraming framing, LiveFormat told, long joinedAt,
    Action<DropReason> onFinished)
    : ConnectionListener(lease, remote, TransportTotal.WebSocket, output, onFinished)
{
    /// <summary>Without audio, the client gets a ping this often: many proxies cut a connection that is silent for a minute.</summary>
    internal static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    /// <summary>A client is gone if it says nothing in the time of so many pings.</summary>
    internal const int MaxUnanswered = 3;

    private static readonly byte[] Ping = WebSocketFrame.ToArray(WebSocketOpcode.Ping, []);

    private readonly Queue<PacketItem> _held = new();
    private readonly long _keepAlive = KeepAlive.InTicks(framing.TicksPerSecond);
    private LiveFormat _told = told;
    private long _toldSkipped;
    private int _heldBytes;
    private long _heldUntil = SenderLoop.Never;
    private long _pingAt = joinedAt + KeepAlive.InTicks(framing.TicksPerSecond);
    private int _unanswered;
    private bool _hasSpoken = true;

    /// <summary>
    /// Sends several packets with one write, so that the first of them waits for the last. <see langword="null"/>, the default: each packet
    /// is sent when it is due.
    /// </summary>
    internal LiveGroupFraming? Group { get; init; }

    /// <inheritdoc/>
    internal override long WakeAt => Math.Min(_heldUntil, _pingAt);

    /// <summary>Notes that the client has sent something. Any thread may call.</summary>
    internal void NoteSpoken() => Volatile.Write(ref _hasSpoken, true);

    /// <inheritdoc/>
    internal override bool TrySend(PacketItem packet, SendBatch batch)
    {
        _pingAt = packet.DueAt + _keepAlive;
        if (!TryTellMoved())
        {
            return DropIfBroken();
        }

        if (Group is null)
        {
            return Output.TrySend(framing.Frame(packet)) || DropIfBroken();
        }

        if (!Group.IsLast(packet))
        {
            _heldUntil = _held.Count == 0 ? packet.DueAt + Group.MaxWait : _heldUntil;
            _held.Enqueue(packet);
            _heldBytes += framing.Frame(packet).Length;
            return true;
        }

        // A listener that has just come does not have the whole group.
        ReadOnlyMemory<byte> group = Group.Frame(packet);
        bool isSent = IsWhole(group, packet) ? TrySendGroup(group) : TrySendHeld() && Output.TrySend(framing.Frame(packet));
        return isSent || DropIfBroken();
    }

    /// <summary>Sends a group whose last packet has not come, as when the source pauses, and keeps a silent connection open.</summary>
    internal override bool TryWake(long now) =>
        ((now < _heldUntil || TrySendHeld()) && (now < _pingAt || TryPing(now))) || DropIfBroken();

    /// <inheritdoc/>
    internal override bool OnItem(RingItem item, SendBatch batch)
    {
        switch (item)
        {
            case TitleItem title:
                return TryTell(LiveMessage.Title(title.Position, title.Track.Title, title.Track.Artist));
            case DiscontinuityItem when PacketsSent == 0:
                // There is no sound before it.
                return true;
            case DiscontinuityItem:
                return TryTell(LiveMessage.Discontinuity(item.Position));
            case FormatItem { Headers: var headers }:
                LiveFormat format = LiveRendition.FormatOf(Ring.Info, headers.Count > 0 ? headers : Ring.Info.Headers);
                if (format != _told)
                {
                    if (!TryTell(LiveMessage.Format(format)))
                    {
                        return false;
                    }

                    _told = format;
                }

                return true;
            default:
                return true;
        }
    }

    /// <summary>A player's clock needs none.</summary>
    internal override void SendReport(long now, SendBatch batch)
    {
    }

    /// <inheritdoc/>
    internal override bool IsToldOfStop => false;

    /// <inheritdoc/>
    internal override void SendEnd(SendBatch batch)
    {
        while (_held.TryDequeue(out PacketItem? packet))
        {
            Output.Post(framing.Frame(packet));
        }

        Output.Post(LiveMessage.End(LiveEnd.StationEnded.ToReason()));
        Output.Post(WebSocketFrame.Close(WebSocketClose.Normal));
    }

    private bool TryTellMoved()
    {
        long skipped = PacketsSkipped;
        if (skipped == _toldSkipped)
        {
            return true;
        }

        // What was held is as late as what was skipped.
        if (!Output.TryPost(LiveMessage.Moved(skipped - _toldSkipped + _held.Count)))
        {
            return false;
        }

        _toldSkipped = skipped;
        Release();
        return true;
    }

    private bool TryPing(long now)
    {
        int unanswered = Volatile.Read(ref _hasSpoken) ? 0 : _unanswered + 1;
        if (unanswered == MaxUnanswered)
        {
            Drop(DropReason.Stalled);
            return false;
        }

        if (!Output.TryPost(Ping))
        {
            return false;
        }

        _unanswered = unanswered;
        Volatile.Write(ref _hasSpoken, false);
        _pingAt = now + _keepAlive;
        return true;
    }

    private bool TryTell(byte[] message) => (TryTellMoved() && TrySendHeld() && Output.TryPost(message)) || DropIfBroken();

    private bool IsWhole(ReadOnlyMemory<byte> group, PacketItem last) => group.Length == _heldBytes + framing.Frame(last).Length;

    private bool TrySendGroup(ReadOnlyMemory<byte> group)
    {
        if (!Output.TrySend(group))
        {
            return false;
        }

        Release();
        return true;
    }

    private bool TrySendHeld()
    {
        while (_held.TryPeek(out PacketItem? packet))
        {
            ReadOnlyMemory<byte> frame = framing.Frame(packet);
            if (!Output.TrySend(frame))
            {
                return false;
            }

            _held.Dequeue();
            _heldBytes -= frame.Length;
        }

        _heldUntil = SenderLoop.Never;
        return true;
    }

    private void Release()
    {
        _held.Clear();
        (_heldBytes, _heldUntil) = (0, SenderLoop.Never);
    }
}
