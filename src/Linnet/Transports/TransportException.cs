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
    /// Whether trying again later is pointless: an account is needed, nobody is let in, the station has ended, or nothing there can be
    /// played.
    /// </summary>
    public bool IsFinal { get; init; }

    /// <summary>
    /// Whether there is no such host, or no such station at it. Who has never heard it has most likely mistyped, so it is final; who has
    /// heard it can wait until it is there again.
    /// </summary>
    public bool IsUnknown { get; init; }

    /// <summary>The setting that helps; <see langword="null"/>: none, or none of this side.</summary>
    public SettingAdvice? Advice { get; init; }

    /// <summary>
    /// Whether the server has said that what was there will not be there again: whoever has heard it has heard all of it.
    /// </summary>
    internal bool HasEnded { get; init; }
}
