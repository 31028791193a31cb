using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Linnet.Audio;

namespace Linnet.Wire.Ogg;

/// <summary>The tags of Opus, Vorbis and FLAC: a vendor, and lines of <c>NAME=value</c>.</summary>
/// <remarks>
/// Source: Vorbis I §5; RFC 7845 §5.2; RFC 9639 §8.6. Skips lines longer than <see cref="MaxLine"/>, such as pictures. Stops at the
/// first line that does not fit in the packet, and keeps what came before.
/// </remarks>
internal sealed class VorbisComment
{
    /// <summary>The longest line kept, in bytes.</summary>
    public const int MaxLine = 4096;

    /// <summary>The most lines kept.</summary>
    public const int MaxLines = 128;

    private readonly List<KeyValuePair<string, string>> _lines = [];

    /// <summary>Creates tags without lines.</summary>
    /// <param name="vendor">The program that made the stream.</param>
    public VorbisComment(string vendor)
    {
        ArgumentNullException.ThrowIfNull(vendor);
        Vendor = vendor;
    }

    /// <summary>The program that made the stream.</summary>
    public string Vendor { get; }

    /// <summary>All lines, in order. The texts are untrusted and may hold anything.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Lines => _lines;

    /// <summary>The first value of that name, ignoring case; <see langword="null"/> if there is none.</summary>
    public string? this[string name]
    {
        get
        {
            foreach ((string key, string value) in _lines)
            {
                if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>The track and loudness in the tags.</summary>
    public SoundTags Tags
    {
        get
        {
            ReplayGain loudness = ReplayGain.None;
            foreach ((string name, string value) in _lines)
            {
                loudness = loudness.With(name, value);
            }

            return new SoundTags(
                TagText.Clean(this["TITLE"] ?? ""), TagText.Clean(this["ARTIST"] ?? ""), loudness == ReplayGain.None ? null : loudness);
        }
    }

    private static ReadOnlySpan<byte> OpusMagic => "OpusTags"u8;

    private static ReadOnlySpan<byte> VorbisMagic => "\u0003vorbis"u8;

    /// <summary>Creates the tags for a track.</summary>
    public static VorbisComment Of(string vendor, TrackInfo? track)
    {
        var comment = new VorbisComment(vendor);
        if (track is not null)
        {
            comment.Add("TITLE", track.Title);
            if (track.Artist is not null)
            {
                comment.Add("ARTIST", track.Artist);
            }
        }

        return comment;
    }

    /// <summary>Adds a line.</summary>
    /// <exception cref="ArgumentException">The name is not one or more visible ASCII characters other than <c>=</c>.</exception>
    public void Add(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!IsName(name))
        {
            throw new ArgumentException($"A tag name must be ASCII without '=', not '{name}'.", nameof(name));
        }

        _lines.Add(new(name, value));
    }

    /// <summary>Reads the second packet of Opus.</summary>
    public static bool TryParseOpus(ReadOnlySpan<byte> packet, out VorbisComment comment) => TryParse(packet, OpusMagic, out comment);

    /// <summary>Reads the second packet of Vorbis.</summary>
    public static bool TryParseVorbis(ReadOnlySpan<byte> packet, out VorbisComment comment) => TryParse(packet, VorbisMagic, out comment);

    /// <summary>Reads the content of FLAC's VORBIS_COMMENT block, as far as it is well formed.</summary>
    public static VorbisComment Parse(ReadOnlySpan<byte> block)
    {
        if (!TryTake(ref block, out ReadOnlySpan<byte> vendor) || block.Length < 4)
        {
            return new VorbisComment("");
        }

        var comment = new VorbisComment(TagText.Decode(vendor) ?? "");
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(block);
        block = block[4..];
        for (uint i = 0; i < count && comment._lines.Count < MaxLines && TryTake(ref block, out ReadOnlySpan<byte> line); i++)
        {
            int equals = line.IndexOf((byte)'=');
            if (equals > 0 && line.Length <= MaxLine && Encoding.Latin1.GetString(line[..equals]) is string name && IsName(name))
            {
                comment._lines.Add(new(name, TagText.Decoded(line[(equals + 1)..])));
            }
        }

        return comment;
    }

    /// <summary>Builds the second packet of Opus.</summary>
    public byte[] ToOpusTags() => ToArray(OpusMagic, hasFramingBit: false);

    /// <summary>Builds the second packet of Vorbis.</summary>
    public byte[] ToVorbisHeader() => ToArray(VorbisMagic, hasFramingBit: true);

    /// <summary>Builds the content of FLAC's VORBIS_COMMENT block.</summary>
    public byte[] ToArray() => ToArray([], hasFramingBit: false);

    private static bool TryParse(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> magic, out VorbisComment comment)
    {
        bool isOne = packet.StartsWith(magic);
        comment = isOne ? Parse(packet[magic.Length..]) : new VorbisComment("");
        return isOne;
    }

    /// <summary>Reads a length and that many bytes. False if there are too few.</summary>
    internal static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> taken)
    {
        taken = [];
        if (rest.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(rest) is var length && length > (uint)(rest.Length - 4))
        {
            return false;
        }

        taken = rest.Slice(4, (int)length);
        rest = rest[(4 + (int)length)..];
        return true;
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExceptInRange(' ', '}') && !name.Contains('=', StringComparison.Ordinal);

    private byte[] ToArray(ReadOnlySpan<byte> magic, bool hasFramingBit)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        bytes.Write(magic);
        Put(bytes, Vendor);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(4), _lines.Count);
        bytes.Advance(4);
        foreach ((string name, string value) in _lines)
        {
            Put(bytes, $"{name}={value}");
        }

        if (hasFramingBit)
        {
            bytes.Write<byte>([1]);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void Put(ArrayBufferWriter<byte> bytes, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(4), utf8.Length);
        bytes.Advance(4);
        bytes.Write(utf8);
    }
}
