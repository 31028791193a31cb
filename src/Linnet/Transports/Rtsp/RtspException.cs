namespace Linnet.Transports.Rtsp;

/// <summary>An RTSP server is gone, refuses, or makes no sense. The message is one sentence that a user can act on.</summary>
public sealed class RtspException : TransportException
{
    /// <summary>An exception without a story.</summary>
    public RtspException()
        : this("The RTSP server failed.")
    {
    }

    /// <summary>An exception with the sentence for the user.</summary>
    public RtspException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with the sentence for the user, and what brought it about.</summary>
    public RtspException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the server closed the connection, or never spoke RTSP.</summary>
    internal bool IsNoAnswer { get; init; }

    /// <summary>Whether the server is there, but the audio section that was set up gives no sound: another is next.</summary>
    internal bool IsSilentSection { get; init; }
}
