namespace Linnet.Transports.Http.Push;

/// <summary>Why somebody may not push.</summary>
public enum PushRefusal
{
    /// <summary>No password is set.</summary>
    Closed,

    /// <summary>It did not say who it is.</summary>
    Unnamed,

    /// <summary>It does not know the password.</summary>
    WrongPassword,

    /// <summary>Too many passwords waited to be verified, so its own was not looked at.</summary>
    TooManyTries,

    /// <summary>Nothing can be pushed there.</summary>
    NoSuchStation,

    /// <summary>Somebody else pushes there.</summary>
    Occupied,

    /// <summary>There are too many pushes.</summary>
    TooManyPushes,

    /// <summary>What it sends cannot be decoded.</summary>
    NotDecodable,

    /// <summary>It came through an HTTP proxy with neither length nor chunks, so none of its sound gets through.</summary>
    NoLength,
}
