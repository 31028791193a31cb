using System.Text;
using Linnet.Audio;
using Linnet.Wire.Http;

namespace Linnet.Wire.Icy;

/// <summary>A title within a stream of sound, as SHOUTcast put it there: <c>StreamTitle='Artist - Title';StreamUrl='';</c>.</summary>
/// <param name="Title">The title; empty takes the last one away. <see langword="null"/> if the block does not say.</param>
/// <param name="Url">An address that goes with it, or <see langword="null"/>.</param>
/// <remarks>One byte says how many times 16 bytes follow; the text is filled up with zeros.</remarks>
public sealed record IcyMetadata(string? Title, string? Url = null)
{
    /// <summary>The longest block: its first byte and 255 × 16.</summary>
    public const int MaxBlock = 1 + (255 * 16);

    /// <summary>The most bytes of sound between blocks that are believed.</summary>
    public const int MaxInterval = 1 << 20;

    private const int Unit = 16;

    /// <summary>The block that says that nothing has changed.</summary>
    public static ReadOnlyMemory<byte> Unchanged { get; } = new byte[1];

    /// <summary>The title for what plays: <c>Artist - Title</c>, as every source writes it.</summary>
    public static IcyMetadata Of(TrackInfo track)
    {
        ArgumentNullException.ThrowIfNull(track);
        return new IcyMetadata(track.Artist is null ? track.Title : $"{track.Artist} - {track.Title}");
    }

    /// <summary>The block, in UTF-8. Texts are one clean line of at most 256 characters, so it never is too long.</summary>
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

    /// <summary>Reads a block's text, its first byte left out.</summary>
    /// <param name="text">Up to 4080 bytes from anyone. UTF-8, else Windows-1252.</param>
    public static IcyMetadata Parse(ReadOnlySpan<byte> text) => Parse(text, null);

    /// <summary>The same in an encoding that the server named, or <see langword="null"/>.</summary>
    internal static IcyMetadata Parse(ReadOnlySpan<byte> text, Encoding? encoding)
    {
        int zero = text.IndexOf((byte)0);
        text = zero < 0 ? text : text[..zero];
        return new IcyMetadata(
            Field(text, "StreamTitle="u8, encoding), Field(text, "StreamUrl="u8, encoding) is { Length: > 0 } url ? url : null);
    }

    /// <summary>
    /// What stands between <c>name='</c> and <c>';</c>, or between <c>name="</c> and <c>";</c>. A quote alone ends nothing: it is an
    /// apostrophe.
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
            // Without quotes it ends where the next field begins.
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

    /// <summary>Where a field begins, or -1. Within the value of another one a name is none.</summary>
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

    /// <summary>Players look for a quote and a semicolon, and know no escape: so there is none within.</summary>
    private static string Safe(string? text) => TagText.Clean(text ?? "")?.Replace("';", "’;", StringComparison.Ordinal) ?? "";
}
