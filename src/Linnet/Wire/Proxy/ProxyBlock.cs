using System.Buffers.Binary;
using System.Net;
using System.Numerics;

namespace Linnet.Wire.Proxy;

/// <summary>Version 2 of the PROXY protocol (binary).</summary>
internal static class ProxyBlock
{
    private const int FixedLength = 16;
    private const int ChecksumType = 0x03;
    private const int TlsType = 0x20;

    internal static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Whether the bytes so far are a beginning of such a header.</summary>
    internal static bool MayBegin(ReadOnlySpan<byte> bytes) => Signature.StartsWith(bytes) || bytes.StartsWith(Signature);

    internal static ProxyReadResult TryParse(ReadOnlySpan<byte> bytes, out ProxyHeader? header)
    {
        //  signature (12) | version 2, command | family, protocol | length (16) | addresses and ports | TLVs
        header = null;
        if (bytes.Length < FixedLength)
        {
            return ProxyReadResult.NeedMore;
        }

        int length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        int command = bytes[12] & 0x0F;
        (int family, int protocol) = (bytes[13] >> 4, bytes[13] & 0x0F);
        if (bytes[12] >> 4 != 2 || command > 1 || family > 3 || protocol > 2 || length > ProxyHeader.MaxLength)
        {
            return ProxyReadResult.Invalid;
        }

        if (bytes.Length < length)
        {
            return ProxyReadResult.NeedMore;
        }

        ReadOnlySpan<byte> whole = bytes[..length];
        ReadOnlySpan<byte> rest = whole[FixedLength..];
        if (command == 0)
        {
            // Skip whatever else a LOCAL header holds.
            header = new ProxyHeader(null, IsLocal: true, IsTls: false, length);
            return ProxyReadResult.Done;
        }

        int addresses = family switch { 1 => 12, 2 => 36, 3 => 216, _ => 0 };
        if (rest.Length < addresses || !TryReadFields(whole, FixedLength + addresses, out bool isTls))
        {
            return ProxyReadResult.Invalid;
        }

        // Unix sockets and datagrams have no address that applies to our connections.
        IPEndPoint? source = (family, protocol) switch
        {
            (1, 1) => new IPEndPoint(new IPAddress(rest[..4]), BinaryPrimitives.ReadUInt16BigEndian(rest[8..])),
            (2, 1) => EndPointV6(rest),
            _ => null,
        };
        header = new ProxyHeader(source, IsLocal: false, isTls, length);
        return ProxyReadResult.Done;
    }

    private static IPEndPoint EndPointV6(ReadOnlySpan<byte> rest)
    {
        var address = new IPAddress(rest[..16]);
        return new IPEndPoint(address.Unmapped(), BinaryPrimitives.ReadUInt16BigEndian(rest[32..]));
    }

    /// <summary>Reads the TLVs after the addresses: types, lengths and values.</summary>
    /// <returns><see langword="false"/> if they do not fit, or if they include a checksum that is wrong.</returns>
    private static bool TryReadFields(ReadOnlySpan<byte> whole, int at, out bool isTls)
    {
        isTls = false;
        while (at < whole.Length)
        {
            if (whole.Length - at < 3)
            {
                return false;
            }

            int type = whole[at];
            int length = BinaryPrimitives.ReadUInt16BigEndian(whole[(at + 1)..]);
            int value = at + 3;
            if (length > whole.Length - value || (type == ChecksumType && !IsRight(whole, value, length)))
            {
                return false;
            }

            // Bit 0 of the first byte: the client used TLS.
            isTls |= type == TlsType && length > 0 && (whole[value] & 1) != 0;
            at = value + length;
        }

        return true;
    }

    /// <summary>Whether the CRC-32C of the whole header matches the one in it; its own field counts as zero.</summary>
    private static bool IsRight(ReadOnlySpan<byte> whole, int at, int length)
    {
        if (length != 4)
        {
            return false;
        }

        uint crc = uint.MaxValue;
        for (int i = 0; i < whole.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, i >= at && i < at + 4 ? (byte)0 : whole[i]);
        }

        return ~crc == BinaryPrimitives.ReadUInt32BigEndian(whole[at..]);
    }
}
