namespace Linnet.Transports.Rtsp;

/// <summary>
/// An RTSP server is gone, refuses a request or sends an invalid response. The message is one sentence that a user can act on.
/// </summary>
internal sealed class RtspException : TransportException
{
    /// <summary>Creates an exception with a generic message.</summary>
    public RtspException()
        : this("The RTSP server failed.")
    {
    }

    /// <summary>Creates an exception with a message for the user.</summary>
    public RtspException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message for the user and its cause.</summary>
    public RtspException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the server closed the connection, or did not speak RTSP.</summary>
    internal bool IsNoAnswer { get; init; }

    /// <summary>Whether the server refuses those who have no account.</summary>
    internal bool IsAboutAccess { get; init; }

    /// <summary>Whether the server is there but the current audio section gives no audio: try the next.</summary>
    internal bool IsSilentSection { get; init; }
}
