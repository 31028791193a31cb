namespace Linnet.Transports.PyAudio;

/// <summary>Why a PyAudio client was refused or disconnected.</summary>
internal enum PyAudioRefusal
{
    /// <summary>The limit of listeners is reached.</summary>
    TooMany,

    /// <summary>The address's limit of listeners is reached.</summary>
    TooManyOfAddress,

    /// <summary>The client's network is not allowed.</summary>
    NetworkNotAllowed,

    /// <summary>The request came over UDP from a port below 1024: not a client, but a service that answers every datagram.</summary>
    ServicePort,

    /// <summary>The datagram was not the Hello.</summary>
    NotHello,

    /// <summary>The client sent data over TCP, where a PyAudio client sends nothing: another protocol.</summary>
    Spoke,

    /// <summary>The station has ended, its rendition has just failed, or no socket is left.</summary>
    Unavailable,

    /// <summary>The station is not open to everyone, and PyAudio's programs send no password.</summary>
    NotOpenToEveryone,
}

/// <summary>Why a listener over PyAudio ended.</summary>
internal enum PyAudioEnd
{
    /// <summary>The client closed the connection, or it broke.</summary>
    Left,

    /// <summary>The client's machine reported that its UDP port is closed.</summary>
    Unreachable,

    /// <summary>No Hello arrived for too long.</summary>
    Expired,

    /// <summary>The client received nothing for too long.</summary>
    Stalled,

    /// <summary>It was refused after it had been admitted.</summary>
    Refused,

    /// <summary>The station ended.</summary>
    StationEnded,

    /// <summary>The server stopped.</summary>
    ServerStopped,

    /// <summary>The rendition failed. The client can request it again.</summary>
    RenditionFailed,

    /// <summary>Sending failed on this side; the log has the reason.</summary>
    Failed,
}

/// <summary>Listeners over the PyAudio tutorial's formats at one moment, and counters since the start.</summary>
/// <param name="TcpListeners">Listeners over TCP now.</param>
/// <param name="UdpListeners">Listeners over UDP now.</param>
/// <param name="Accepted">Listeners over TCP and UDP since the start.</param>
/// <param name="Renewed">Hellos from clients that were already listening.</param>
/// <param name="Refused">Connections and datagrams refused since the start, by reason.</param>
/// <param name="Ended">Listeners that ended since the start, by reason.</param>
internal sealed record PyAudioServerSnapshot(
    int TcpListeners,
    int UdpListeners,
    long Accepted,
    long Renewed,
    IReadOnlyDictionary<PyAudioRefusal, long> Refused,
    IReadOnlyDictionary<PyAudioEnd, long> Ended)
{
    /// <summary>Listeners and bytes over TCP and UDP since the start.</summary>
    public IReadOnlyList<TransportTotal> Totals { get; init; } = [];

    /// <summary>Listeners now.</summary>
    public int Listeners => TcpListeners + UdpListeners;
}
