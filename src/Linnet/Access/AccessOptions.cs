using System.Net;

namespace Linnet.Access;

/// <summary>
/// Verifies a password against the hash of an account. May be slow on purpose: one thread at a time calls it, and rarely twice for the same
/// password.
/// </summary>
/// <param name="hash">The hash of the account (<see cref="Account.PasswordHash"/>).</param>
/// <param name="password">The password's bytes, as received. Valid during the call.</param>
public delegate bool AccountVerifier(string hash, ReadOnlySpan<byte> password);

/// <summary>Rules for listeners and pushers. By default everyone may listen, and pushing needs the password of the push options.</summary>
public sealed record AccessOptions : IValidatable
{
    /// <summary>The users.</summary>
    public IReadOnlyList<Account> Accounts { get; init; } = [];

    /// <summary>Verifies passwords of accounts. Needed if an account has one.</summary>
    public AccountVerifier? Verify { get; init; }

    /// <summary>
    /// The stations that only accounts with the role <see cref="AccessAction.Listen"/>, signed links, and those whom
    /// <see cref="Hook"/> admits may hear.
    /// </summary>
    public IReadOnlyCollection<string> ClosedStations { get; init; } = [];

    /// <summary>
    /// Keys of signed links. The first signs; links of the others are still accepted, so that a key can be replaced. Each has an
    /// identifier of letters and digits, and at least 16 bytes.
    /// </summary>
    public IReadOnlyList<LinkKey> LinkKeys { get; init; } = [];

    /// <summary>Networks that may connect; empty, the default: all.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>Networks that may not connect, even if <see cref="AllowedNetworks"/> has them.</summary>
    public IReadOnlyList<IPNetwork> DeniedNetworks { get; init; } = [];

    /// <summary>Another service that is asked about listeners and pushers; <see langword="null"/>: none.</summary>
    public AccessHookOptions? Hook { get; init; }

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Include(Accounts.CountBy(static account => account.Name, StringComparer.Ordinal).Where(static name => name.Value > 1)
            .Select(static name => $"There are two accounts named {name.Key}."))
        .Include(Accounts.Where(static account => account.Name.Length == 0 || account.Name.Contains(':', StringComparison.Ordinal))
            .Select(static account => $"The name of an account must have characters, and none of them a colon: '{account.Name}'."))
        .Require(
            Verify is not null || Accounts.All(static account => account.PasswordHash is null),
            $"{nameof(Verify)} must be set, since an account has a password.")
        .Include(LinkKeys.SelectMany(static key => key.Problems()))
        .Include(LinkKeys.CountBy(static key => key.Id, StringComparer.Ordinal).Where(static id => id.Value > 1)
            .Select(static id => $"There are two link keys {id.Key}."))
        .Include(Hook?.Problems());
}
