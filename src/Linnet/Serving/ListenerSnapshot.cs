using System.Net;
using Linnet.Broadcast.Packets;

namespace Linnet.Serving;

/// <summary>One listener at one moment, of any protocol.</summary>
/// <param name="Id">The listener's number, unique in this process.</param>
/// <param name="Station">The station's name.</param>
/// <param name="Rendition">The rendition's name.</param>
/// <param name="Transport">The transport to the listener: <c>rtsp-udp</c>, <c>http</c>, …</param>
/// <param name="Remote">The listener's address.</param>
/// <param name="Since">When the listener connected.</param>
public sealed record ListenerSnapshot(
    long Id, string Station, string Rendition, string Transport, IPEndPoint Remote, DateTimeOffset Since)
{
    /// <summary>Whether sound is sent to it; <see langword="false"/> before it starts and while it pauses. Default yes.</summary>
    public bool IsPlaying { get; init; } = true;

    /// <summary>The sound that is due and has not left this machine; <see langword="null"/>: not known.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>Bytes of sound handed to the network for it.</summary>
    public long BytesSent { get; init; }

    /// <summary>Packets handed to the network for it; 0 where it gets a stream of bytes.</summary>
    public long PacketsSent { get; init; }

    /// <summary>Packets that it missed because it was too slow.</summary>
    public long PacketsSkipped { get; init; }

    /// <summary>A listener that a sender thread serves.</summary>
    internal static ListenerSnapshot Of(Listener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        return new ListenerSnapshot(
            listener.Id, listener.Ring.Info.Station, listener.Ring.Info.Name, listener.Transport, listener.Remote, listener.Since)
        {
            Lag = TimeSpan.FromSeconds(listener.UnsentBytes * 8.0 / Math.Max(listener.Ring.Info.BitRate, 1)),
            BytesSent = listener.PayloadBytesSent,
            PacketsSent = listener.PacketsSent,
            PacketsSkipped = listener.PacketsSkipped,
        };
    }
}
