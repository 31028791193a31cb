using System.Buffers.Binary;
using System.Text;

namespace Linnet.Wire.Rtcp;

/// <summary>Describes the source of one SSRC.</summary>
/// <param name="Ssrc">The SSRC.</param>
/// <param name="CanonicalName">CNAME: stays the same when the SSRC changes; streams that share a clock have the same one.</param>
/// <param name="Name">NAME: for display.</param>
/// <param name="Tool">TOOL: the sending program.</param>
/// <param name="Note">NOTE: the current state, such as the title of the track that is playing.</param>
/// <remarks>Source: RFC 3550 §6.5. A text has at most 255 bytes of UTF-8 and is cut off when written. <see langword="null"/>: not
/// stated.</remarks>
internal readonly record struct SourceDescriptionChunk(
    uint Ssrc, string? CanonicalName, string? Name = null, string? Tool = null, string? Note = null);

/// <summary>Describes the sources of SSRCs.</summary>
/// <remarks>Source: RFC 3550 §6.5. Items other than CNAME, NAME, TOOL and NOTE are skipped.</remarks>
internal sealed record SourceDescription : RtcpPacket
{
    internal const byte PacketType = 202;

    private const int End = 0;
    private const int CanonicalNameItem = 1;
    private const int NameItem = 2;
    private const int ToolItem = 6;
    private const int NoteItem = 7;

    /// <summary>Creates a description of one source.</summary>
    public SourceDescription(uint ssrc, string canonicalName, string? name = null, string? tool = null, string? note = null)
        : this([new SourceDescriptionChunk(ssrc, canonicalName, name, tool, note)])
    {
    }

    /// <summary>Creates a description of several sources.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more than 31.</exception>
    public SourceDescription(IReadOnlyList<SourceDescriptionChunk> chunks) => Chunks = AtMost31(chunks);

    /// <summary>The descriptions, one per source.</summary>
    public IReadOnlyList<SourceDescriptionChunk> Chunks { get; }

    /// <inheritdoc/>
    public override int Length => HeaderLength + Chunks.Sum(LengthOf);

    private protected override byte Type => PacketType;

    private protected override int Count => Chunks.Count;

    private protected override void WriteContent(Span<byte> content)
    {
        content.Clear();
        foreach (SourceDescriptionChunk chunk in Chunks)
        {
            BinaryPrimitives.WriteUInt32BigEndian(content, chunk.Ssrc);
            int at = 4;
            at += WriteItem(content[at..], CanonicalNameItem, chunk.CanonicalName);
            at += WriteItem(content[at..], NameItem, chunk.Name);
            at += WriteItem(content[at..], ToolItem, chunk.Tool);
            WriteItem(content[at..], NoteItem, chunk.Note);
            content = content[LengthOf(chunk)..];
        }
    }

    internal static SourceDescription? Read(ReadOnlySpan<byte> content, int count)
    {
        var chunks = new SourceDescriptionChunk[count];
        for (int i = 0; i < count; i++)
        {
            if (!TryReadChunk(ref content, out chunks[i]))
            {
                return null;
            }
        }

        return new SourceDescription(chunks);
    }

    // Items of type, length and text, then one to four zeros up to the next multiple of four.
    private static bool TryReadChunk(ref ReadOnlySpan<byte> content, out SourceDescriptionChunk chunk)
    {
        chunk = default;
        if (content.Length < 4)
        {
            return false;
        }

        chunk = new SourceDescriptionChunk(BinaryPrimitives.ReadUInt32BigEndian(content), null);
        int at = 4;
        while (true)
        {
            if (at >= content.Length)
            {
                return false;
            }

            if (content[at] == End)
            {
                break;
            }

            if (at + 2 > content.Length || at + 2 + content[at + 1] > content.Length)
            {
                return false;
            }

            ReadOnlySpan<byte> text = content.Slice(at + 2, content[at + 1]);
            chunk = content[at] switch
            {
                CanonicalNameItem => chunk with { CanonicalName = Encoding.UTF8.GetString(text) },
                NameItem => chunk with { Name = Encoding.UTF8.GetString(text) },
                ToolItem => chunk with { Tool = Encoding.UTF8.GetString(text) },
                NoteItem => chunk with { Note = Encoding.UTF8.GetString(text) },
                _ => chunk,
            };
            at += 2 + text.Length;
        }

        // The lengths of the packet and of each chunk are multiples of four, so this cannot pass the end.
        content = content[((at + 4) & ~3)..];
        return true;
    }

    private static int LengthOf(SourceDescriptionChunk chunk)
    {
        int length = 4 + LengthOf(chunk.CanonicalName) + LengthOf(chunk.Name) + LengthOf(chunk.Tool) + LengthOf(chunk.Note);
        return (length + 4) & ~3;
    }

    private static int LengthOf(string? text) => text is null ? 0 : 2 + RtcpText.LengthOf(text);

    private static int WriteItem(Span<byte> destination, byte type, string? text)
    {
        if (text is null)
        {
            return 0;
        }

        destination[0] = type;
        return 1 + RtcpText.Write(destination[1..], text);
    }
}
