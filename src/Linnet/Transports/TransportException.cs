namespace Linnet.Transports;

/// <summary>A server is gone, refuses, or makes no sense. The message is one sentence that a user can act on.</summary>
public class TransportException : IOException
{
    /// <summary>An exception without a story.</summary>
    public TransportException()
        : this("The server failed.")
    {
    }

    /// <summary>An exception with the sentence for the user.</summary>
    public TransportException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with the sentence for the user, and what brought it about.</summary>
    public TransportException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// Whether trying again later is pointless: an account is needed, access is forbidden, the station has ended, or nothing there can be
    /// played.
    /// </summary>
    public bool IsFinal { get; init; }

    /// <summary>
    /// Whether the host, or the station at it, does not exist. If the player never received it, the address is most likely mistyped, so
    /// this is final; otherwise it can wait until it is there again.
    /// </summary>
    public bool IsUnknown { get; init; }

    /// <summary>The setting that helps; <see langword="null"/>: none, or none of this side.</summary>
    public SettingAdvice? Advice { get; init; }

    /// <summary>
    /// Whether the server has said that the station is gone for good: a player that received it has received all of it.
    /// </summary>
    internal bool HasEnded { get; init; }
}
