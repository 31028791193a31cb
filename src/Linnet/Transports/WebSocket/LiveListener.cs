using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Wire.WebSocket;

namespace Linnet.Transports.WebSocket;

/// <summary>Hears a rendition over WebSocket.</summary>
/// <param name="lease">Its lease of the rendition.</param>
/// <param name="remote">Its address.</param>
/// <param name="output">The connection's output.</param>
/// <param name="framing">Makes the messages.</param>
/// <param name="told">The format that it was told.</param>
/// <param name="onFinished">Called once, on the sender's thread, when no more will be sent. Must be quick.</param>
internal sealed class LiveListener(
    RingLease lease, IPEndPoint remote, FramedOutput output, LiveFraming framing, LiveFormat told, Action<DropReason> onFinished)
    : ConnectionListener(lease, remote, TransportTotal.WebSocket, output, onFinished)
{
    private LiveFormat _told = told;
    private long _toldSkipped;

    /// <inheritdoc/>
    internal override bool TrySend(PacketItem packet, SendBatch batch) =>
        (TryTellMoved() && Output.TrySend(framing.Frame(packet))) || DropIfBroken();

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

        if (!Output.TryPost(LiveMessage.Moved(skipped - _toldSkipped)))
        {
            return false;
        }

        _toldSkipped = skipped;
        return true;
    }

    private bool TryTell(byte[] message) => (TryTellMoved() && Output.TryPost(message)) || DropIfBroken();
}
