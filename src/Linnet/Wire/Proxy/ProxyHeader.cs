using System.Buffers;
using System.Net;

namespace Linnet.Wire.Proxy;

/// <summary>The PROXY header that a TCP proxy sends before the client's bytes. It names the client.</summary>
/// <param name="Source">The client's address; <see langword="null"/> if the proxy does not state it, or if there is no client.</param>
/// <param name="IsLocal">Whether the proxy connects on its own behalf (a health check), without a client.</param>
/// <param name="IsTls">Whether the proxy states that the client used TLS.</param>
/// <param name="Length">Bytes in the header, to be consumed.</param>
/// <remarks>Source: the PROXY protocol, versions 1 and 2 (haproxy.org, doc/proxy-protocol.txt).</remarks>
internal sealed record ProxyHeader(IPEndPoint? Source, bool IsLocal, bool IsTls, int Length)
{
    /// <summary>The longest version 1 header, in bytes, including CR LF.</summary>
    public const int MaxLineLength = 107;

    /// <summary>
    /// The longest version 2 header that is read, in bytes. The addresses take 52; the rest is for extensions, such as a certificate's
    /// name.
    /// </summary>
    public const int MaxLength = 4096;

    /// <summary>Reads a header at the front of a connection's bytes. Consumes nothing and never throws.</summary>
    /// <param name="buffer">The received bytes.</param>
    /// <param name="header">The header, if the result is <see cref="ProxyReadResult.Done"/>.</param>
    public static ProxyReadResult TryParse(in ReadOnlySequence<byte> buffer, out ProxyHeader? header)
    {
        header = null;
        ReadOnlySequence<byte> window = buffer.Slice(0, Math.Min(buffer.Length, MaxLength));
        ReadOnlySpan<byte> bytes = window.IsSingleSegment ? window.FirstSpan : window.ToArray();
        return ProxyLine.MayBegin(bytes) ? ProxyLine.TryParse(bytes, out header)
            : ProxyBlock.MayBegin(bytes) ? ProxyBlock.TryParse(bytes, out header)
            : ProxyReadResult.Absent;
    }

    /// <summary>Whether the bytes begin a PROXY header. No protocol served here begins like that.</summary>
    internal static bool IsAt(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> start = stackalloc byte[ProxyBlock.Signature.Length];
        int length = (int)Math.Min(buffer.Length, start.Length);
        buffer.Slice(0, length).CopyTo(start);
        return start[..length].StartsWith(ProxyLine.Signature) || start[..length].SequenceEqual(ProxyBlock.Signature);
    }
}
