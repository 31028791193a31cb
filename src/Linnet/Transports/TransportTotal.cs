namespace Linnet.Transports;

/// <summary>The totals of a transport since the start.</summary>
/// <param name="Transport">Such as <c>rtsp-udp</c>.</param>
/// <param name="Connections">The number of clients that started to listen over it, or to push.</param>
/// <param name="Bytes">The bytes of audio handed to the network for them, or received from them: payload, without the headers of the layers
/// below.</param>
public sealed record TransportTotal(string Transport, long Connections, long Bytes)
{
    /// <summary>Whether the audio came from them. Default: it was sent to them.</summary>
    public bool IsReceived { get; init; }

    /// <summary>RTSP with its packets as datagrams.</summary>
    internal const string RtspUdp = "rtsp-udp";

    /// <summary>RTSP with its packets in the connection.</summary>
    internal const string RtspTcp = "rtsp-tcp";

    /// <summary>HTTP.</summary>
    internal const string Http = "http";

    /// <summary>HLS.</summary>
    internal const string Hls = "hls";

    /// <summary>WebSocket.</summary>
    internal const string WebSocket = "websocket";
}
