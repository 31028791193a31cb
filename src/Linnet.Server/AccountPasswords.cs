using System.Buffers.Binary;
using System.Text;
using Linnet.Access;
using Microsoft.AspNetCore.Identity;

namespace Linnet.Server;

/// <summary>
/// Hashes of accounts' passwords, as ASP.NET Core Identity makes them: PBKDF2 with a salt. They are slow on purpose, some tens of
/// milliseconds each.
/// </summary>
public static class AccountPasswords
{
    // A longer password costs time and protects no better.
    internal const int MaxLength = 1024;

    // The format of version 3: a marker, the function, the iterations and the length of the salt; then salt and key.
    private const int HeadLength = 13;
    private const int MinPartLength = 16;
    private const int MinIterations = 1000, MaxIterations = 10_000_000;

    private static readonly PasswordHasher<Account> Hasher = new();
    private static readonly Account Owner = new("");
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The hash of a password, with a random salt, for <see cref="Account.PasswordHash"/>.</summary>
    /// <param name="password">The password.</param>
    public static string Hash(string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        return Hasher.HashPassword(Owner, password);
    }

    /// <summary>Verifies a password; fits <see cref="AccessOptions.Verify"/>.</summary>
    /// <param name="hash">A hash that <see cref="Hash"/> has made.</param>
    /// <param name="password">The password in UTF-8, or in ISO 8859-1, which older clients send.</param>
    /// <returns><see langword="false"/>: it is another password, or the hash is none.</returns>
    public static bool Verify(string hash, ReadOnlySpan<byte> password)
    {
        ArgumentNullException.ThrowIfNull(hash);
        return password.Length <= MaxLength && IsHash(hash)
            && Hasher.VerifyHashedPassword(Owner, hash, Read(password)) != PasswordVerificationResult.Failed;
    }

    /// <summary>Whether a text is a hash of a password.</summary>
    internal static bool IsHash(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) && length >= HeadLength + (2 * MinPartLength) && bytes[0] == 1
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)) <= 2
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)) is >= MinIterations and <= MaxIterations
            && BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(9)) is >= MinPartLength and var salt
            && salt <= length - HeadLength - MinPartLength;
    }

    private static string Read(ReadOnlySpan<byte> password)
    {
        try
        {
            return Utf8.GetString(password);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(password);
        }
    }
}
