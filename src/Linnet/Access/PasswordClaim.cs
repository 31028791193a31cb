namespace Linnet.Access;

/// <summary>A password or a proof of one that a client sent, and what it is compared with.</summary>
/// <param name="Account">The account that the client claims. Comes from anyone, and may hold anything.</param>
/// <param name="Password">The password's bytes.</param>
internal sealed record PasswordClaim(string Account, ReadOnlyMemory<byte> Password)
{
    /// <summary>
    /// The hash that it is compared with. A result is remembered for this hash and account only, so it is void as soon as either changes.
    /// </summary>
    public string Hash { get; init; } = "";

    /// <summary>Whether it is right, where finding out costs next to nothing; <see langword="null"/>: <see cref="Verify"/> tells.</summary>
    public bool? IsRight { get; init; }

    /// <summary>Compares it with the hash. May be slow on purpose.</summary>
    public Func<bool> Verify { get; init; } = static () => false;

    /// <summary>Asks another service about a password that is not right here; <see langword="null"/>: none is asked.</summary>
    public Func<CancellationToken, Task<AccessVerdict>>? AskAsync { get; init; }

    /// <summary>Whether that service is asked first, because no account has this name.</summary>
    public bool IsAskedFirst { get; init; }

    /// <summary>The account alone.</summary>
    public override string ToString() => Account;
}
