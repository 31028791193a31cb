using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Linnet.Wire;

namespace Linnet.Access;

/// <summary>The options in the form in which requests are judged. Never changes; a reload makes another one.</summary>
internal sealed class AccessState
{
    private readonly FrozenDictionary<string, Account> _accounts;
    private readonly FrozenSet<string> _closed;
    private readonly (byte[] Hash, Account Account)[] _tokens;
    private readonly byte[]? _pushHash;

    /// <param name="options">The options, without problems.</param>
    /// <param name="pushPassword">The password with which everyone may push to all stations; empty: none.</param>
    /// <param name="hook">Asks another service; <see langword="null"/>: none is asked.</param>
    internal AccessState(AccessOptions options, string? pushPassword, AccessHook? hook)
    {
        Options = options;
        PushPassword = pushPassword;
        Hook = hook;
        _accounts = options.Accounts.ToFrozenDictionary(static account => account.Name, StringComparer.Ordinal);
        _closed = options.ClosedStations.ToFrozenSet(StringComparer.Ordinal);
        _tokens =
        [
            .. from account in options.Accounts
               from hash in account.TokenHashes
               where hash.Length == 2 * SHA256.HashSizeInBytes && hash.All(char.IsAsciiHexDigit)
               select (Convert.FromHexString(hash), account),
        ];
        _pushHash = string.IsNullOrEmpty(pushPassword) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(pushPassword));
        AnyHash = options.Accounts.Select(static account => account.PasswordHash).FirstOrDefault(static hash => hash is not null);
        HasStreamTokens = options.Accounts.Any(static account => account.StreamToken is not null);
        AllowsPushing = _pushHash is not null || hook is not null || options.Accounts.Any(
            static account => account.Roles.Any(static role => role.Action is AccessAction.Push or AccessAction.Admin));
    }

    internal AccessOptions Options { get; }

    internal string? PushPassword { get; }

    internal AccessHook? Hook { get; }

    /// <summary>A hash with which a password takes as long as with any other; <see langword="null"/>: no account has one.</summary>
    internal string? AnyHash { get; }

    /// <summary>Whether an account has a stream token, so that proofs of it can be asked for.</summary>
    internal bool HasStreamTokens { get; }

    /// <summary>Whether anyone may push.</summary>
    internal bool AllowsPushing { get; }

    /// <summary>Whether everyone may hear a station.</summary>
    internal bool IsOpen(string station) => !_closed.Contains(station);

    /// <summary>Whether an address may connect at all.</summary>
    internal bool Admits(IPAddress address)
    {
        if (Options.AllowedNetworks.Count + Options.DeniedNetworks.Count == 0)
        {
            return true;
        }

        IPAddress plain = address.Unmapped();
        return (Options.AllowedNetworks.Count == 0 || Options.AllowedNetworks.Any(network => network.Contains(plain)))
            && !Options.DeniedNetworks.Any(network => network.Contains(plain));
    }

    internal Account? Find(string name) => _accounts.GetValueOrDefault(name);

    /// <summary>The account of a bearer token. Compares with all, so that the time says nothing.</summary>
    internal Account? FindByToken(ReadOnlySpan<byte> token)
    {
        byte[] hash = SHA256.HashData(token);
        Account? found = null;
        foreach ((byte[] known, Account account) in _tokens)
        {
            found = CryptographicOperations.FixedTimeEquals(known, hash) ? account : found;
        }

        return found;
    }

    /// <summary>Whether a password is the one for pushing. Compares hashes of equal length, so that not even its length leaks.</summary>
    internal bool IsPushPassword(ReadOnlySpan<byte> password) =>
        _pushHash is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(password), _pushHash);
}
