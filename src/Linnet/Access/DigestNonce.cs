using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Linnet.Broadcast;

namespace Linnet.Access;

/// <summary>
/// Nonces for Digest authentication that nobody has to remember: a time, and an HMAC of the time and the client's network. Thread-safe.
/// </summary>
/// <remarks>
/// A proof can be repeated until its nonce expires, but only from the same network, and by those who can read the connection; they hear
/// the station anyway. Source: RFC 7616 §3.3, §5.4.
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class DigestNonce(TimeProvider time)
{
    /// <summary>How long a nonce is accepted. Then the client is asked for a new proof, without a new password.</summary>
    internal static readonly TimeSpan Validity = TimeSpan.FromMinutes(5);

    private const int TimeBytes = 8;
    private const int MacBytes = 16;
    private const int NetworkBytes = 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly long _start = time.GetTimestamp();

    /// <summary>A nonce for a client.</summary>
    internal string Create(PeerAddress peer)
    {
        Span<byte> nonce = stackalloc byte[TimeBytes + MacBytes];
        Write(time.GetElapsedTime(_start).Ticks, peer, nonce);
        return Base64Url.EncodeToString(nonce);
    }

    /// <summary>Whether a nonce was made for a client's network, and is not too old.</summary>
    internal bool IsValid(string? nonce, PeerAddress peer)
    {
        Span<byte> bytes = stackalloc byte[TimeBytes + MacBytes];
        if (nonce is null || nonce.Length != Base64Url.GetEncodedLength(bytes.Length)
            || Base64Url.DecodeFromChars(nonce, bytes, out _, out int length) is not OperationStatus.Done || length != bytes.Length)
        {
            return false;
        }

        long at = BinaryPrimitives.ReadInt64BigEndian(bytes);
        Span<byte> mine = stackalloc byte[TimeBytes + MacBytes];
        Write(at, peer, mine);
        long age = time.GetElapsedTime(_start).Ticks - at;
        return CryptographicOperations.FixedTimeEquals(mine, bytes) && age >= 0 && age <= Validity.Ticks;
    }

    private void Write(long at, PeerAddress peer, Span<byte> nonce)
    {
        Span<byte> signed = stackalloc byte[TimeBytes + NetworkBytes];
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(signed, at);
        BinaryPrimitives.WriteUInt128BigEndian(signed[TimeBytes..], peer.Network.Bits);
        HMACSHA256.HashData(_key, signed, mac);
        signed[..TimeBytes].CopyTo(nonce);
        mac[..MacBytes].CopyTo(nonce[TimeBytes..]);
    }
}
