using System.Buffers;

namespace Linnet.Cli.Configuration;

/// <summary>The rule for names of accounts: 1–64 characters of a–z, A–Z, 0–9, and . _ - @.</summary>
internal static class AccountName
{
    private const int MaxLength = 64;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@");

    /// <summary>What is wrong with a name, in a sentence; <see langword="null"/>: nothing.</summary>
    public static string? Problem(string name) => name.Length is > 0 and <= MaxLength && !name.AsSpan().ContainsAnyExcept(Characters)
        ? null : $"'{name}' is not a valid account name: use letters, digits, '.', '_', '-' and '@', at most {MaxLength}.";
}
