namespace Linnet.Wire.Rtsp;

/// <summary>The status codes that Linnet answers or acts upon. A peer's answer may hold any other from 100 to 999.</summary>
/// <remarks>Source: RFC 2326 §7.1.1, §11.</remarks>
internal enum RtspStatus
{
    /// <summary>No status: the value of an unset field.</summary>
    None = 0,

    /// <summary>The request may go on.</summary>
    Continue = 100,

    /// <summary>The request succeeded.</summary>
    Ok = 200,

    /// <summary>The station has moved for good, to <c>Location</c>.</summary>
    MovedPermanently = 301,

    /// <summary>The station is elsewhere for now, at <c>Location</c>.</summary>
    MovedTemporarily = 302,

    /// <summary>The request is malformed.</summary>
    BadRequest = 400,

    /// <summary>The request needs credentials.</summary>
    Unauthorized = 401,

    /// <summary>The request is understood and refused.</summary>
    Forbidden = 403,

    /// <summary>There is no such station, rendition or track.</summary>
    NotFound = 404,

    /// <summary>The method is not allowed on this resource.</summary>
    MethodNotAllowed = 405,

    /// <summary>No description in a format that the client accepts.</summary>
    NotAcceptable = 406,

    /// <summary>The client took too long to send its request.</summary>
    RequestTimeout = 408,

    /// <summary>The resource is gone for good.</summary>
    Gone = 410,

    /// <summary>A header, the head or the body is longer than the reader's limits.</summary>
    RequestEntityTooLarge = 413,

    /// <summary>The request line is longer than the reader's limit.</summary>
    RequestUriTooLong = 414,

    /// <summary>The body is of a type that is not understood.</summary>
    UnsupportedMediaType = 415,

    /// <summary>A parameter is not understood.</summary>
    ParameterNotUnderstood = 451,

    /// <summary>Not enough bandwidth.</summary>
    NotEnoughBandwidth = 453,

    /// <summary>The session is missing, unknown or ended.</summary>
    SessionNotFound = 454,

    /// <summary>The method does not fit the session's state.</summary>
    MethodNotValidInThisState = 455,

    /// <summary>The range is not one the resource has.</summary>
    InvalidRange = 457,

    /// <summary>The request names one stream where only the whole can be controlled.</summary>
    AggregateOperationNotAllowed = 459,

    /// <summary>The request names the whole where only one stream can be controlled.</summary>
    OnlyAggregateOperationAllowed = 460,

    /// <summary>None of the offered transports is supported.</summary>
    UnsupportedTransport = 461,

    /// <summary>The client's address cannot be reached, or may not be used.</summary>
    DestinationUnreachable = 462,

    /// <summary>The server failed.</summary>
    InternalServerError = 500,

    /// <summary>The server does not know the method.</summary>
    NotImplemented = 501,

    /// <summary>The server is full.</summary>
    ServiceUnavailable = 503,

    /// <summary>The version is not RTSP/1.0.</summary>
    VersionNotSupported = 505,

    /// <summary>A feature named in <c>Require</c> is not supported.</summary>
    OptionNotSupported = 551,
}

/// <summary>The reason phrases of status codes.</summary>
internal static class RtspStatusExtensions
{
    /// <summary>Whether the request succeeded: 200 to 299.</summary>
    public static bool IsSuccess(this RtspStatus status) => (int)status is >= 200 and <= 299;

    /// <summary>The reason phrase of RFC 2326 §7.1.1, or <c>Unknown</c>.</summary>
    public static string ReasonPhrase(this RtspStatus status) => status switch
    {
        RtspStatus.Continue => "Continue",
        RtspStatus.Ok => "OK",
        RtspStatus.MovedPermanently => "Moved Permanently",
        RtspStatus.MovedTemporarily => "Moved Temporarily",
        RtspStatus.BadRequest => "Bad Request",
        RtspStatus.Unauthorized => "Unauthorized",
        RtspStatus.Forbidden => "Forbidden",
        RtspStatus.NotFound => "Not Found",
        RtspStatus.MethodNotAllowed => "Method Not Allowed",
        RtspStatus.NotAcceptable => "Not Acceptable",
        RtspStatus.RequestTimeout => "Request Time-out",
        RtspStatus.Gone => "Gone",
        RtspStatus.RequestEntityTooLarge => "Request Entity Too Large",
        RtspStatus.RequestUriTooLong => "Request-URI Too Large",
        RtspStatus.UnsupportedMediaType => "Unsupported Media Type",
        RtspStatus.ParameterNotUnderstood => "Parameter Not Understood",
        RtspStatus.NotEnoughBandwidth => "Not Enough Bandwidth",
        RtspStatus.SessionNotFound => "Session Not Found",
        RtspStatus.MethodNotValidInThisState => "Method Not Valid in This State",
        RtspStatus.InvalidRange => "Invalid Range",
        RtspStatus.AggregateOperationNotAllowed => "Aggregate operation not allowed",
        RtspStatus.OnlyAggregateOperationAllowed => "Only aggregate operation allowed",
        RtspStatus.UnsupportedTransport => "Unsupported transport",
        RtspStatus.DestinationUnreachable => "Destination unreachable",
        RtspStatus.InternalServerError => "Internal Server Error",
        RtspStatus.NotImplemented => "Not Implemented",
        RtspStatus.ServiceUnavailable => "Service Unavailable",
        RtspStatus.VersionNotSupported => "RTSP Version not supported",
        RtspStatus.OptionNotSupported => "Option not supported",
        _ => "Unknown",
    };
}
