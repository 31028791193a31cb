using Linnet.Broadcast;
using Linnet.Serving.Http;
using Linnet.Serving.Rtsp;
using Linnet.Serving.WebSocket;

namespace Linnet.Serving;

/// <summary>Adds up what a server has to do.</summary>
internal static class ServerLoad
{
    /// <summary>The load now. It asks no listener, so it may be called for each request.</summary>
    internal static NodeLoad Of(IReadOnlyList<IServedProtocol> protocols, StationDirectory directory)
    {
        (IServedProtocol Protocol, Places Places)[] all = [.. protocols.Select(static protocol => (protocol, protocol.Places))];
        return new NodeLoad(all.Sum(static one => one.Places.Taken), directory.BitsPerSecond)
        {
            MaxListeners = (int)Math.Min(int.MaxValue, all.Sum(static one => (long)one.Places.Most)),
            MaxBitsPerSecond = directory.MaxBitsPerSecond,
            IsHttpFull = all.Any(
                static one => one.Places.AreFull && one.Protocol is HttpProtocol or WebSocketProtocol or HlsProtocol),
            IsRtspFull = all.Any(static one => one.Places.AreFull && one.Protocol is RtspProtocol),
        };
    }
}
