using System.Buffers.Binary;
using Linnet.Broadcast;
using Linnet.Wire.Rtcp;

namespace Linnet.Transports.Rtp;

/// <summary>
/// Finds the listener over SRTP that claims to have sent a datagram: by the SSRC it was given, which is not encrypted. Its key then tells
/// whether that is true. Each lookup has constant cost. Not thread-safe.
/// </summary>
internal sealed class SecureRoutes
{
    // The SSRC of the first packet of an RTCP datagram.
    private const int SsrcAt = 4;

    private readonly Dictionary<(PeerAddress, uint Listener), UdpRoute> _byListener = [];

    internal void Add(UdpRoute route)
    {
        if (route.Srtp is SrtpSession srtp)
        {
            _byListener[(route.Peer, srtp.Terms.Listener)] = route;
        }
    }

    internal void Remove(UdpRoute route)
    {
        if (route.Srtp is SrtpSession srtp
            && _byListener.TryGetValue((route.Peer, srtp.Terms.Listener), out UdpRoute? found) && found == route)
        {
            _byListener.Remove((route.Peer, srtp.Terms.Listener));
        }
    }

    /// <summary>The listener of that address whose SSRC a datagram has; <see langword="null"/>: none.</summary>
    internal UdpRoute? Find(PeerAddress peer, ReadOnlySpan<byte> datagram) =>
        _byListener.Count > 0 && datagram.Length >= SsrcAt + sizeof(uint) && RtcpCompound.IsRtcp(datagram)
            ? _byListener.GetValueOrDefault((peer, BinaryPrimitives.ReadUInt32BigEndian(datagram[SsrcAt..])))
            : null;
}
