using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Linnet.Audio;

namespace Linnet.Wire.Http;

/// <summary>Who pushes, and with which password: the <c>Basic</c> scheme.</summary>
/// <remarks>Source: RFC 7617. Printing it shows no password.</remarks>
internal sealed class BasicCredentials
{
    /// <summary>The most bytes of user and password together.</summary>
    public const int MaxLength = 512;

    private const string Scheme = "Basic ";

    private readonly byte[] _password;

    /// <summary>Credentials of our own.</summary>
    /// <param name="user">Without a colon.</param>
    /// <param name="password">The password; any text.</param>
    /// <exception cref="ArgumentException"><paramref name="user"/> holds a colon, which ends it.</exception>
    public BasicCredentials(string user, string password)
        : this(user, Encoding.UTF8.GetBytes(password))
    {
        if (user.Contains(':', StringComparison.Ordinal))
        {
            throw new ArgumentException("A user's name must not hold a colon (RFC 7617 §2).", nameof(user));
        }
    }

    private BasicCredentials(string user, byte[] password) => (User, _password) = (user, password);

    /// <summary>The user; Icecast's sources say <c>source</c>. Comes from anyone, and may hold anything.</summary>
    public string User { get; }

    /// <summary>The password's bytes, as they came: to be compared in constant time.</summary>
    public ReadOnlySpan<byte> Password => _password;

    /// <summary>Reads an <c>Authorization</c> header.</summary>
    public static bool TryParse(string? header, [NotNullWhen(true)] out BasicCredentials? credentials)
    {
        credentials = null;
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        ReadOnlySpan<char> text = header.AsSpan(Scheme.Length).Trim(' ');
        Span<byte> encoded = stackalloc byte[Base64.GetMaxEncodedToUtf8Length(MaxLength)];
        Span<byte> decoded = stackalloc byte[MaxLength + 3];
        if (text.Length > encoded.Length || !Ascii.IsValid(text) || text.ContainsAny(" \t")
            || Base64.DecodeFromUtf8(
                encoded[..Encoding.ASCII.GetBytes(text, encoded)], decoded, out _, out int length) is not OperationStatus.Done
            || length > MaxLength)
        {
            return false;
        }

        ReadOnlySpan<byte> pair = decoded[..length];
        int colon = pair.IndexOf((byte)':');
        if (colon < 0)
        {
            return false;
        }

        credentials = new BasicCredentials(TagText.Decoded(pair[..colon]), pair[(colon + 1)..].ToArray());
        return true;
    }

    /// <summary>As the value of an <c>Authorization</c> header.</summary>
    public string ToHeader() => Scheme + Convert.ToBase64String([.. Encoding.UTF8.GetBytes(User), (byte)':', .. _password]);

    /// <summary>The user alone.</summary>
    public override string ToString() => TagText.Clean(User) ?? "";
}
