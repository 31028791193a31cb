namespace Linnet.Transports.Http.Push;

/// <summary>Why a push was refused.</summary>
internal enum PushRefusal
{
    /// <summary>No password is set, and no account may push.</summary>
    Closed,

    /// <summary>The client sent no credentials.</summary>
    Unnamed,

    /// <summary>The password is wrong.</summary>
    WrongPassword,

    /// <summary>Too many passwords were waiting, so this one was not verified.</summary>
    TooManyTries,

    /// <summary>The station does not exist.</summary>
    NoSuchStation,

    /// <summary>The station has a source of its own and does not accept pushes.</summary>
    OwnSource,

    /// <summary>Another client is pushing to the station.</summary>
    Occupied,

    /// <summary>There are too many pushes.</summary>
    TooManyPushes,

    /// <summary>The format cannot be decoded.</summary>
    NotDecodable,

    /// <summary>It came through an HTTP proxy without a length and without chunks, so no audio gets through.</summary>
    NoLength,

    /// <summary>The account may not push to the station.</summary>
    NotPermitted,

    /// <summary>The client's address is not allowed.</summary>
    NetworkNotAllowed,

    /// <summary>The service that is asked about pushers did not answer.</summary>
    ServiceNotAnswering,

    /// <summary>A page of another site had a browser send it.</summary>
    OtherSite,
}
