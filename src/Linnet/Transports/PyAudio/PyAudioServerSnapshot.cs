namespace Linnet.Transports.PyAudio;

/// <summary>Why a PyAudio client was not heard, or not heard any longer.</summary>
public enum PyAudioRefusal
{
    /// <summary>There are too many listeners in all.</summary>
    TooMany,

    /// <summary>There are too many listeners of its address.</summary>
    TooManyOfAddress,

    /// <summary>It asked by UDP from a network that is not allowed to.</summary>
    NetworkNotAllowed,

    /// <summary>It asked by UDP from a port below 1024, where clients are not, but services that answer whatever comes.</summary>
    ServicePort,

    /// <summary>Its datagram was not the Hello.</summary>
    NotHello,

    /// <summary>It sent something over TCP, where a client says nothing: another protocol.</summary>
    Spoke,

    /// <summary>The station has ended, its rendition failed just now, or there is no socket left.</summary>
    Unavailable,
}

/// <summary>Why a PyAudio client that was heard is no longer.</summary>
public enum PyAudioEnd
{
    /// <summary>It closed its connection, or broke it.</summary>
    Left,

    /// <summary>Its machine said that nobody is at its UDP port.</summary>
    Unreachable,

    /// <summary>It said no Hello for too long.</summary>
    Expired,

    /// <summary>It took nothing for too long.</summary>
    Stalled,

    /// <summary>It was refused after all.</summary>
    Refused,

    /// <summary>Its station ended.</summary>
    StationEnded,

    /// <summary>The server stopped.</summary>
    ServerStopped,

    /// <summary>Its rendition failed. It can be asked for again.</summary>
    RenditionFailed,

    /// <summary>Sending to it failed here; the log says why.</summary>
    Failed,
}

/// <summary>Who hears by the PyAudio tutorial's formats at one moment, and what was counted since the start.</summary>
/// <param name="TcpListeners">Who hears by TCP.</param>
/// <param name="UdpListeners">Who hears by UDP.</param>
/// <param name="Accepted">Listeners by TCP and UDP so far.</param>
/// <param name="Renewed">Hellos from who was heard already.</param>
/// <param name="Refused">Connections and datagrams that were refused.</param>
/// <param name="Ended">Listeners that are no longer.</param>
public sealed record PyAudioServerSnapshot(
    int TcpListeners,
    int UdpListeners,
    long Accepted,
    long Renewed,
    IReadOnlyDictionary<PyAudioRefusal, long> Refused,
    IReadOnlyDictionary<PyAudioEnd, long> Ended)
{
    /// <summary>What was carried by TCP and UDP since the start.</summary>
    public IReadOnlyList<TransportTotal> Totals { get; init; } = [];

    /// <summary>Who hears.</summary>
    public int Listeners => TcpListeners + UdpListeners;
}
