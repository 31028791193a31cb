namespace Linnet.Transports.Http.Radio;

/// <summary>Why somebody does not hear.</summary>
public enum RadioRefusal
{
    /// <summary>There is no such sound here (404).</summary>
    NotFound,

    /// <summary>The method is none that a listener uses (405).</summary>
    MethodNotAllowed,

    /// <summary>There are too many listeners in all (503).</summary>
    TooManyListeners,

    /// <summary>There are too many listeners of the station (503).</summary>
    TooManyOfStation,

    /// <summary>There are too many listeners of the address (429).</summary>
    TooManyOfAddress,

    /// <summary>The station has ended (410), or cannot be heard just now (503).</summary>
    Unavailable,

    /// <summary>The rendition is made on demand, and as many as may be are made for others (503).</summary>
    TooManyOnDemand,

    /// <summary>The rendition failed just now and is started again soon (503).</summary>
    RenditionFailed,

    /// <summary>There is no memory for another rendition's bytes (503).</summary>
    NoBuffer,

    /// <summary>The station has no sound to begin with (503).</summary>
    Silent,

    /// <summary>The request is malformed or too large.</summary>
    Malformed,

    /// <summary>The request took too long (408).</summary>
    TooSlow,

    /// <summary>Too many requests are not whole yet; closed without an answer.</summary>
    TooManyWaiting,

    /// <summary>The peer left before its request was whole.</summary>
    Left,

    /// <summary>Pushing is closed (403).</summary>
    PushClosed,

    /// <summary>The kernel holds too much sound that listeners have not taken, in all or of this address (503).</summary>
    TooMuchUntaken,

    /// <summary>The request was not whole after a second, and the place was needed for another; closed without an answer.</summary>
    GaveWay,

    /// <summary>The rendition would be made on demand, and this server makes none (403).</summary>
    NeverOnDemand,

    /// <summary>It began with a PROXY header, but is not a trusted proxy (400).</summary>
    ProxyNotTrusted,
}
