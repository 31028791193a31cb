using System.Buffers.Binary;
using System.Text;

namespace Linnet.Wire.Rtcp;

/// <summary>Announces that streams have ended.</summary>
/// <param name="Ssrcs">The streams: at most 31.</param>
/// <param name="Reason">The reason, for display: at most 255 bytes of UTF-8; cut off when written.</param>
/// <remarks>Source: RFC 3550 §6.6.</remarks>
internal sealed record Goodbye(IReadOnlyList<uint> Ssrcs, string? Reason = null) : RtcpPacket
{
    internal const byte PacketType = 203;

    /// <summary>The streams that have ended.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more than 31.</exception>
    public IReadOnlyList<uint> Ssrcs { get; init => field = AtMost31(value); } = AtMost31(Ssrcs);

    /// <inheritdoc/>
    public override int Length =>
        HeaderLength + (4 * Ssrcs.Count) + (Reason is null ? 0 : (1 + RtcpText.LengthOf(Reason) + 3) & ~3);

    private protected override byte Type => PacketType;

    private protected override int Count => Ssrcs.Count;

    private protected override void WriteContent(Span<byte> content)
    {
        content.Clear();
        for (int i = 0; i < Ssrcs.Count; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(content[(4 * i)..], Ssrcs[i]);
        }

        if (Reason is not null)
        {
            RtcpText.Write(content[(4 * Ssrcs.Count)..], Reason);
        }
    }

    internal static Goodbye? Read(ReadOnlySpan<byte> content, int count)
    {
        if (content.Length < 4 * count)
        {
            return null;
        }

        uint[] ssrcs = new uint[count];
        for (int i = 0; i < count; i++)
        {
            ssrcs[i] = BinaryPrimitives.ReadUInt32BigEndian(content[(4 * i)..]);
        }

        ReadOnlySpan<byte> rest = content[(4 * count)..];
        if (rest.IsEmpty)
        {
            return new Goodbye(ssrcs);
        }

        return 1 + rest[0] > rest.Length ? null : new Goodbye(ssrcs, Encoding.UTF8.GetString(rest.Slice(1, rest[0])));
    }
}
