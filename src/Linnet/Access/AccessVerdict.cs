namespace Linnet.Access;

/// <summary>Whether a client may do what it asks for. The default value admits nobody.</summary>
internal enum AccessVerdict
{
    /// <summary>The client gave no credentials, and they are needed.</summary>
    Unnamed,

    /// <summary>The client may do it.</summary>
    Allowed,

    /// <summary>The name or the password is wrong.</summary>
    Wrong,

    /// <summary>The client is known, but may not do this.</summary>
    NotPermitted,

    /// <summary>The client's address is not allowed.</summary>
    NetworkNotAllowed,

    /// <summary>The password was not verified: too many others are waiting to be verified or answered.</summary>
    TooMany,

    /// <summary>The password is wrong, and too many answers to wrong ones are pending: the client gets no answer.</summary>
    Unanswered,

    /// <summary>The proof of the password was made for a nonce that is too old or not ours: the client makes another one.</summary>
    Stale,

    /// <summary>The password came over RTSP without TLS, where only proofs of stream tokens are accepted.</summary>
    NotEncrypted,

    /// <summary>The service that is asked did not answer.</summary>
    NoAnswer,

    /// <summary>The link is not one of ours, was changed, or is signed with a key that is not in use.</summary>
    LinkInvalid,

    /// <summary>The link has expired.</summary>
    LinkExpired,

    /// <summary>The link is for another station or rendition.</summary>
    LinkElsewhere,
}
