using System.Text;
using Linnet.Audio;
using Linnet.Wire.Http;

namespace Linnet.Wire.Icy;

/// <summary>A title inside an audio stream, in SHOUTcast's form: <c>StreamTitle='Artist - Title';StreamUrl='';</c>.</summary>
/// <param name="Title">The title; empty clears the previous one. <see langword="null"/> if the block has none.</param>
/// <param name="Url">The address that belongs to the title, or <see langword="null"/>.</param>
/// <remarks>The first byte is the length of the rest, in units of 16 bytes. Zeros pad the text.</remarks>
internal sealed record IcyMetadata(string? Title, string? Url = null)
{
    /// <summary>The longest block, in bytes: its first byte and 255 × 16.</summary>
    public const int MaxBlock = 1 + (255 * 16);

    /// <summary>The largest interval between blocks that is accepted, in bytes of audio.</summary>
    public const int MaxInterval = 1 << 20;

    private const int Unit = 16;

    /// <summary>The block that means "no change".</summary>
    public static ReadOnlyMemory<byte> Unchanged { get; } = new byte[1];

    /// <summary>The title for a track: <c>Artist - Title</c>, as every source writes it.</summary>
    public static IcyMetadata Of(TrackInfo track)
    {
        ArgumentNullException.ThrowIfNull(track);
        return new IcyMetadata(track.Artist is null ? track.Title : $"{track.Artist} - {track.Title}");
    }

    /// <summary>Builds the block, in UTF-8. Each text is one clean line of at most 256 characters, so it always fits.</summary>
    public byte[] ToBlock()
    {
        string text = $"StreamTitle='{Safe(Title)}';";
        if (Url is not null)
        {
            text += $"StreamUrl='{Safe(Url)}';";
        }

        int units = (Encoding.UTF8.GetByteCount(text) + Unit - 1) / Unit;
        byte[] block = new byte[1 + (units * Unit)];
        block[0] = (byte)units;
        Encoding.UTF8.GetBytes(text, block.AsSpan(1));
        return block;
    }

    /// <summary>Reads a block's text, without its first byte.</summary>
    /// <param name="text">Up to 4080 untrusted bytes.</param>
    /// <param name="encoding">The encoding that the server named; <see langword="null"/>: UTF-8, otherwise Windows-1252.</param>
    public static IcyMetadata Parse(ReadOnlySpan<byte> text, Encoding? encoding = null)
    {
        int zero = text.IndexOf((byte)0);
        text = zero < 0 ? text : text[..zero];
        return new IcyMetadata(
            Field(text, "StreamTitle="u8, encoding), Field(text, "StreamUrl="u8, encoding) is { Length: > 0 } url ? url : null);
    }

    /// <summary>
    /// The text between <c>name='</c> and <c>';</c>, or between <c>name="</c> and <c>";</c>. A quote without a semicolon is an
    /// apostrophe and ends nothing.
    /// </summary>
    private static string? Field(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, Encoding? encoding)
    {
        int start = Find(text, name);
        if (start < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> value = text[(start + name.Length)..];
        if (value.IsEmpty || value[0] is not ((byte)'\'' or (byte)'"'))
        {
            // A value without quotes ends where the next field begins.
            int semicolon = value.IndexOf((byte)';');
            return TagText.Decode(semicolon < 0 ? value : value[..semicolon], encoding) ?? "";
        }

        byte quote = value[0];
        value = value[1..];
        int end = value.IndexOf([quote, (byte)';']);
        if (end < 0)
        {
            end = value.LastIndexOf(quote);
        }

        return TagText.Decode(end < 0 ? value : value[..end], encoding) ?? "";
    }

    /// <summary>Finds where a field begins, or -1. Ignores a name inside another field's value.</summary>
    private static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        int at = 0;
        while (text[at..].IndexOf(name) is >= 0 and int next)
        {
            at += next;
            if (text[..at].TrimEnd((byte)' ') is [] or [.., (byte)';'])
            {
                return at;
            }

            at += name.Length;
        }

        return -1;
    }

    /// <summary>Replaces the quote in <c>';</c>: players end the value there and know no escape.</summary>
    private static string Safe(string? text) => TagText.Clean(text ?? "")?.Replace("';", "’;", StringComparison.Ordinal) ?? "";
}
