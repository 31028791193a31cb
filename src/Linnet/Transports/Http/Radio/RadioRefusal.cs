namespace Linnet.Transports.Http.Radio;

/// <summary>Why a request for audio was refused.</summary>
internal enum RadioRefusal
{
    /// <summary>The path does not exist (404).</summary>
    NotFound,

    /// <summary>The method is not one that listeners use (405).</summary>
    MethodNotAllowed,

    /// <summary>The limit of listeners is reached (503).</summary>
    TooManyListeners,

    /// <summary>The station's limit of listeners is reached (503).</summary>
    TooManyOfStation,

    /// <summary>The address's limit of listeners is reached (429).</summary>
    TooManyOfAddress,

    /// <summary>The station has ended (410), or is not available now (503).</summary>
    Unavailable,

    /// <summary>The rendition is encoded on demand, and the limit of such encoders is reached (503).</summary>
    TooManyOnDemand,

    /// <summary>The rendition has just failed and restarts soon (503).</summary>
    RenditionFailed,

    /// <summary>There is no memory for the bytes of another rendition (503).</summary>
    NoBuffer,

    /// <summary>The station has no audio to start with (503).</summary>
    Silent,

    /// <summary>The request is malformed or too large (4xx).</summary>
    Malformed,

    /// <summary>The request took too long (408).</summary>
    TooSlow,

    /// <summary>Too many incomplete requests; closed without an answer.</summary>
    TooManyWaiting,

    /// <summary>The client disconnected before its request was complete.</summary>
    Left,

    /// <summary>Pushing is disabled (403).</summary>
    PushClosed,

    /// <summary>Too much audio that listeners have not received is in kernel buffers, in total or for this address (503).</summary>
    TooMuchUntaken,

    /// <summary>The request was incomplete after a second, and its place was needed; closed without an answer.</summary>
    GaveWay,

    /// <summary>The rendition would be encoded on demand, which this server does not do (403).</summary>
    NeverOnDemand,

    /// <summary>The connection began with a PROXY header, but the peer is not a trusted proxy (400).</summary>
    ProxyNotTrusted,

    /// <summary>The station is not open to everyone, and the client gave no password (401).</summary>
    NoPassword,

    /// <summary>The user name or the password is wrong (401, or no answer).</summary>
    WrongPassword,

    /// <summary>Too many passwords were waiting, so this one was not verified (429).</summary>
    TooManyTries,

    /// <summary>The account may not hear the station (403).</summary>
    NotPermitted,

    /// <summary>The client's address is not allowed (403).</summary>
    NetworkNotAllowed,

    /// <summary>A page of another site had a browser ask for a closed station (403).</summary>
    OtherSite,

    /// <summary>The signed link has expired, or is not valid for the path (403).</summary>
    LinkNotAccepted,

    /// <summary>The service that is asked about listeners did not answer (503).</summary>
    ServiceNotAnswering,

    /// <summary>All listeners together get as much audio as the server may send (503).</summary>
    TooMuchAudio,

    /// <summary>This server is full, and another that has the station has room (302).</summary>
    SentElsewhere,
}
