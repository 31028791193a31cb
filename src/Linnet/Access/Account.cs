namespace Linnet.Access;

/// <summary>A user of the server.</summary>
/// <param name="Name">The name; it must not hold a colon (RFC 7617 §2).</param>
public sealed record Account(string Name)
{
    /// <summary>
    /// The hash of the password, as <see cref="AccessOptions.Verify"/> understands it; <see langword="null"/>: the account has no password.
    /// </summary>
    public string? PasswordHash { get; init; }

    /// <summary>
    /// A password for RTSP only, which clients that know no TLS can use by Digest authentication: it must be known in the clear here, so it
    /// must be another one than the password. <see langword="null"/>: none.
    /// </summary>
    public string? StreamToken { get; init; }

    /// <summary>
    /// SHA-256 hashes of the bearer tokens for the API, in hexadecimal. A token is random and long, so a fast hash protects it.
    /// </summary>
    public IReadOnlyList<string> TokenHashes { get; init; } = [];

    /// <summary>What the account may do.</summary>
    public IReadOnlyList<AccessRole> Roles { get; init; } = [];

    /// <summary>Whether the account may do something with a station.</summary>
    /// <param name="action">The action.</param>
    /// <param name="station">The station; <see langword="null"/>: the server as a whole.</param>
    public bool May(AccessAction action, string? station) => Roles.Any(role => role.Permits(action, station));

    /// <summary>The name alone.</summary>
    public override string ToString() => Name;
}
