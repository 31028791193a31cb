using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Linnet.Native;
using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtp;

/// <summary>One end of an SRTP session: encrypts what it sends, and checks and decrypts what it receives. Thread-safe.</summary>
/// <remarks>
/// <para>Source: RFC 3711, by libsrtp. Each direction has its own context, so a packet that an attacker reflects is never accepted.</para>
/// <para>
/// No packet number is used twice with a key and an SSRC: libsrtp refuses to encrypt a number that it has encrypted before, or that lies
/// so far back that it cannot know (<c>docs/wire/srtp.md</c>).
/// </para>
/// </remarks>
internal sealed class SrtpSession : IDisposable
{
    /// <summary>The most bytes that encryption adds: the index of SRTCP and the tag.</summary>
    internal const int MaxTrailer = 4 + 10;

    /// <summary>The longest datagram that is decrypted: more than our senders send.</summary>
    internal const int MaxDatagram = 2048;

    /// <summary>
    /// Packets that may be left out between two that are sent. With more, the receiver would guess a wrong rollover counter.
    /// </summary>
    internal const int MaxGap = 1 << 15;

    // Packets that may arrive after a later one, or again: 5 s of our shortest packets.
    private const int Window = 1024;

    private readonly SrtpHandle _out;
    private readonly SrtpHandle _in;
    private readonly Lock _sending = new();
    private readonly Lock _receiving = new();
    private readonly HashSet<uint> _unheard;
    private long _forged;
    private long _repeated;

    private SrtpSession(LinnetSrtpHeader terms, SrtpHandle sends, SrtpHandle receives, uint[] heard)
    {
        Terms = terms;
        _out = sends;
        _in = receives;
        _unheard = [.. heard];
    }

    /// <summary>What the two ends agreed on.</summary>
    internal LinnetSrtpHeader Terms { get; }

    /// <summary>Datagrams that did not come from the other end, or were changed on the way.</summary>
    internal long Forged => Volatile.Read(ref _forged);

    /// <summary>Datagrams that came again, or too late to tell.</summary>
    internal long Repeated => Volatile.Read(ref _repeated);

    /// <summary>Creates one end of a session.</summary>
    /// <param name="terms">The key and the SSRCs.</param>
    /// <param name="isServer">Whether this end sends the audio.</param>
    /// <param name="session">The session; the caller disposes it.</param>
    /// <param name="problem">Why there is none, as a sentence.</param>
    internal static bool TryCreate(
        LinnetSrtpHeader terms, bool isServer, [NotNullWhen(true)] out SrtpSession? session, [NotNullWhen(false)] out string? problem)
    {
        session = null;
        problem = LibSrtp.Problem;
        if (problem is not null)
        {
            return false;
        }

        uint[] heard = isServer ? [terms.Listener] : [terms.Stream, terms.Retransmissions];
        int status = Create(terms.Key, [], out SrtpHandle sends);
        int received = Create(terms.Key, heard, out SrtpHandle receives);
        if (status != LibSrtp.Ok || received != LibSrtp.Ok)
        {
            sends.Dispose();
            receives.Dispose();
            problem = $"libsrtp cannot create a session (error {Math.Max(status, received)}).";
            return false;
        }

        session = new SrtpSession(terms, sends, receives, heard);
        return true;
    }

    /// <summary>Encrypts an RTP packet in place.</summary>
    /// <param name="buffer">The packet, and <see cref="MaxTrailer"/> bytes of room.</param>
    /// <param name="length">Bytes of the packet.</param>
    /// <returns>Bytes of the datagram to send.</returns>
    /// <exception cref="InvalidOperationException">The packet's number has been used, or the key is worn out.</exception>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    internal unsafe int Encrypt(Span<byte> buffer, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length - MaxTrailer);
        lock (_sending)
        {
            fixed (byte* packet = buffer)
            {
                return Sent(LibSrtp.Protect(_out, packet, ref length), length);
            }
        }
    }

    /// <summary>The same for an RTCP datagram.</summary>
    /// <inheritdoc cref="Encrypt"/>
    internal unsafe int EncryptRtcp(Span<byte> buffer, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, buffer.Length - MaxTrailer);
        lock (_sending)
        {
            fixed (byte* packet = buffer)
            {
                return Sent(LibSrtp.ProtectRtcp(_out, packet, ref length), length);
            }
        }
    }

    /// <summary>Checks and decrypts a datagram from the network. What it refuses is counted.</summary>
    /// <param name="datagram">The datagram; untrusted.</param>
    /// <param name="clear">Takes the packet: <see cref="MaxDatagram"/> bytes.</param>
    /// <param name="length">Bytes of the packet.</param>
    /// <returns>How it went.</returns>
    internal SrtpVerdict Decrypt(ReadOnlySpan<byte> datagram, Span<byte> clear, out int length) =>
        Decrypt(datagram, clear, isRtcp: false, out length);

    /// <summary>The same for RTCP.</summary>
    /// <inheritdoc cref="Decrypt(ReadOnlySpan{byte}, Span{byte}, out int)"/>
    internal SrtpVerdict DecryptRtcp(ReadOnlySpan<byte> datagram, Span<byte> clear, out int length) =>
        Decrypt(datagram, clear, isRtcp: true, out length);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_sending)
        {
            _out.Dispose();
        }

        lock (_receiving)
        {
            _in.Dispose();
        }
    }

    private SrtpVerdict Decrypt(ReadOnlySpan<byte> datagram, Span<byte> clear, bool isRtcp, out int length)
    {
        length = 0;
        int status = LibSrtp.NoStream;
        if (datagram.Length is >= RtpHeader.Length and <= MaxDatagram)
        {
            lock (_receiving)
            {
                status = _in.IsClosed ? LibSrtp.NoStream
                    : isRtcp ? Open(datagram, clear, isRtcp, out length)
                    : OpenRtp(datagram, clear, out length);
            }
        }

        switch (status)
        {
            case LibSrtp.Ok:
                return SrtpVerdict.Authentic;
            case LibSrtp.Repeated or LibSrtp.TooOld:
                Interlocked.Increment(ref _repeated);
                return SrtpVerdict.Repeated;
            default:
                Interlocked.Increment(ref _forged);
                return SrtpVerdict.Forged;
        }
    }

    // A stream begins at any sequence number. If the first packets are lost and the number wraps among them, the sender's rollover counter
    // is already 1. The tag covers the counter, so a wrong guess is noticed.
    private int OpenRtp(ReadOnlySpan<byte> datagram, Span<byte> clear, out int length)
    {
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]);
        int status = Open(datagram, clear, isRtcp: false, out length);
        if (!_unheard.Contains(ssrc))
        {
            return status;
        }

        if (status == LibSrtp.AuthenticationFailed && BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) < MaxGap)
        {
            _ = LibSrtp.SetRollover(_in, ssrc, 1);
            status = Open(datagram, clear, isRtcp: false, out length);
            _ = status == LibSrtp.Ok ? LibSrtp.Ok : LibSrtp.SetRollover(_in, ssrc, 0);
        }

        if (status == LibSrtp.Ok)
        {
            _unheard.Remove(ssrc);
        }

        return status;
    }

    private unsafe int Open(ReadOnlySpan<byte> datagram, Span<byte> clear, bool isRtcp, out int length)
    {
        datagram.CopyTo(clear);
        length = datagram.Length;
        fixed (byte* packet = clear)
        {
            return isRtcp ? LibSrtp.UnprotectRtcp(_in, packet, ref length) : LibSrtp.Unprotect(_in, packet, ref length);
        }
    }

    private static int Sent(int status, int length) => status switch
    {
        LibSrtp.Ok => length,
        LibSrtp.Repeated or LibSrtp.TooOld =>
            throw new InvalidOperationException("The number of this packet was used before with this SRTP key."),
        _ => throw new InvalidOperationException($"libsrtp refuses to encrypt (error {status})."),
    };

    // Without a list: for all streams that are sent.
    private static unsafe int Create(SrtpMasterKey key, ReadOnlySpan<uint> ssrcs, out SrtpHandle session)
    {
        LibSrtp.Policy* policies = stackalloc LibSrtp.Policy[Math.Max(1, ssrcs.Length)];
        fixed (byte* bytes = key.Bytes)
        {
            for (int i = 0; i < Math.Max(1, ssrcs.Length); i++)
            {
                policies[i] = new LibSrtp.Policy
                {
                    Kind = ssrcs.IsEmpty ? LibSrtp.StreamKind.AnySent : LibSrtp.StreamKind.Specific,
                    Ssrc = ssrcs.IsEmpty ? 0 : ssrcs[i],
                    Rtp = LibSrtp.Suite,
                    Rtcp = LibSrtp.Suite,
                    Key = bytes,
                    WindowSize = new System.Runtime.InteropServices.CULong(Window),
                    Next = i + 1 < ssrcs.Length ? policies + i + 1 : null,
                };
            }

            return LibSrtp.Create(out session, policies);
        }
    }
}

/// <summary>Whether a datagram is what the other end of an SRTP session sent.</summary>
internal enum SrtpVerdict
{
    /// <summary>It is, and it is the first time that it arrives.</summary>
    Authentic,

    /// <summary>Its number has arrived before, or is too old to tell.</summary>
    Repeated,

    /// <summary>It is not, or it was changed on the way.</summary>
    Forged,
}
