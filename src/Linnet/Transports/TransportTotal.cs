namespace Linnet.Transports;

/// <summary>What a transport has carried since the start.</summary>
/// <param name="Transport">Such as <c>rtsp-udp</c>.</param>
/// <param name="Connections">Who has begun to listen by it, or to push.</param>
/// <param name="Bytes">The sound that was handed to the network for them, or came from them: payload, without the headers of the layers
/// below.</param>
public sealed record TransportTotal(string Transport, long Connections, long Bytes)
{
    /// <summary>Whether the sound came from them. Default: it was sent to them.</summary>
    public bool IsReceived { get; init; }

    /// <summary>RTSP with its packets as datagrams.</summary>
    internal const string RtspUdp = "rtsp-udp";

    /// <summary>RTSP with its packets in the connection.</summary>
    internal const string RtspTcp = "rtsp-tcp";

    /// <summary>HTTP.</summary>
    internal const string Http = "http";
}
