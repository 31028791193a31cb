using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Linnet.Audio;
using Linnet.Wire.Ogg;

namespace Linnet.Wire.Tags;

/// <summary>Reads the picture in FLAC's <c>PICTURE</c> block, which Ogg files have as text in their Vorbis comments.</summary>
/// <remarks>Source: RFC 9639 §8.8; <c>METADATA_BLOCK_PICTURE</c> of Xiph's VorbisComment page. All lengths are untrusted.</remarks>
internal static class PictureBlock
{
    /// <summary>The longest block that is read, in bytes: the largest picture, and what stands before it.</summary>
    internal const int MaxLength = CoverArt.MaxLength + (1 << 16);

    private const int SizesLength = 16;

    private static ReadOnlySpan<byte> Name => "METADATA_BLOCK_PICTURE="u8;

    /// <summary>Offers the picture in a block. Never throws.</summary>
    internal static void Read(ReadOnlySpan<byte> block, CoverChoice cover)
    {
        // Type | length, media type | length, description | width, height, depth, colours | length, picture
        if (block.Length < 4)
        {
            return;
        }

        uint type = BinaryPrimitives.ReadUInt32BigEndian(block);
        block = block[4..];
        if (TryTake(ref block, out _) && TryTake(ref block, out _) && block.Length > SizesLength)
        {
            block = block[SizesLength..];
            if (TryTake(ref block, out ReadOnlySpan<byte> picture))
            {
                cover.Offer((int)Math.Min(type, int.MaxValue), picture);
            }
        }
    }

    /// <summary>Offers the pictures in Vorbis comments. Never throws.</summary>
    /// <param name="comments">The comments, from the name of the program that made them on.</param>
    /// <param name="cover">Chooses among them.</param>
    internal static void ReadComments(ReadOnlySpan<byte> comments, CoverChoice cover)
    {
        if (!VorbisComment.TryTake(ref comments, out _) || comments.Length < 4)
        {
            return;
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(comments);
        comments = comments[4..];
        for (uint i = 0; i < count && i < VorbisComment.MaxLines && VorbisComment.TryTake(ref comments, out ReadOnlySpan<byte> line); i++)
        {
            bool isPicture = line.Length > Name.Length && Ascii.EqualsIgnoreCase(line[..Name.Length], Name);
            if (isPicture && Base64.GetMaxDecodedFromUtf8Length(line.Length - Name.Length) <= MaxLength)
            {
                byte[] block = line[Name.Length..].ToArray();
                Base64.DecodeFromUtf8InPlace(block, out int length);
                Read(block.AsSpan(0, length), cover);
            }
        }
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> taken)
    {
        taken = [];
        if (rest.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > (uint)(rest.Length - 4))
        {
            return false;
        }

        taken = rest.Slice(4, (int)length);
        rest = rest[(4 + (int)length)..];
        return true;
    }
}
