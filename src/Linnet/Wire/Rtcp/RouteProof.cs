using System.Buffers.Binary;

namespace Linnet.Wire.Rtcp;

/// <summary>
/// Linnet's own packet. A listener sends back the secret from the server's SETUP response; the server then sends media to the address
/// that this packet came from.
/// </summary>
/// <param name="Ssrc">The listener's SSRC.</param>
/// <param name="Secret">The secret that the server gave.</param>
/// <remarks>An application-defined packet (RFC 3550 §6.7) named <c>LNRT</c>. APP packets with other names are skipped.</remarks>
internal sealed record RouteProof(uint Ssrc, UInt128 Secret) : RtcpPacket
{
    internal const byte PacketType = 204;
    private const uint Name = 0x4C4E_5254;
    private const int ContentLength = 4 + 4 + 16;

    /// <inheritdoc/>
    public override int Length => HeaderLength + ContentLength;

    /// <summary>The listener alone, without its secret.</summary>
    public override string ToString() => $"{nameof(RouteProof)} of {Ssrc:X8}";

    private protected override byte Type => PacketType;

    private protected override int Count => 0;

    private protected override void WriteContent(Span<byte> content)
    {
        BinaryPrimitives.WriteUInt32BigEndian(content, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(content[4..], Name);
        BinaryPrimitives.WriteUInt128BigEndian(content[8..], Secret);
    }

    internal static bool IsOne(ReadOnlySpan<byte> content) =>
        content.Length == ContentLength && BinaryPrimitives.ReadUInt32BigEndian(content[4..]) == Name;

    internal static RouteProof Read(ReadOnlySpan<byte> content) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(content), BinaryPrimitives.ReadUInt128BigEndian(content[8..]));
}
