using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Linnet.Audio;

/// <summary>A picture of a track for web pages, such as the cover of its album: JPEG, PNG, GIF or WebP.</summary>
/// <remarks>Its bytes say what it is, whatever a file calls it. Pictures with the same bytes are equal.</remarks>
public sealed class CoverArt : IEquatable<CoverArt>
{
    /// <summary>The largest picture, in bytes.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>The most pixels in width and in height: a small file can hold a picture that no browser has memory for.</summary>
    public const int MaxSide = 4096;

    private const int HashLength = 16;

    private CoverArt(byte[] content, string contentType)
    {
        Content = content;
        ContentType = contentType;
        Hash = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, HashLength));
    }

    /// <summary>The bytes of the picture.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The media type, such as <c>image/jpeg</c>.</summary>
    public string ContentType { get; }

    /// <summary>The first 128 bits of the SHA-256 of the bytes, in hexadecimal: the name of the picture in addresses.</summary>
    public string Hash { get; }

    /// <summary>Copies a picture, which may come from anyone. Never throws.</summary>
    /// <param name="picture">The bytes.</param>
    /// <param name="art">The picture.</param>
    /// <returns><see langword="false"/>: it has another format, or is too large.</returns>
    public static bool TryCreate(ReadOnlySpan<byte> picture, [NotNullWhen(true)] out CoverArt? art)
    {
        art = picture.Length <= MaxLength && PictureHeader.TryRead(picture, out PictureHeader header)
            && header.Width is > 0 and <= MaxSide && header.Height is > 0 and <= MaxSide
            ? new CoverArt(picture.ToArray(), header.ContentType) : null;
        return art is not null;
    }

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] CoverArt? other) => other is not null && other.Hash == Hash;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => Equals(obj as CoverArt);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => $"{ContentType}, {Content.Length} bytes";
}
