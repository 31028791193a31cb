using System.Buffers;
using System.Net;

namespace Linnet.Wire.Proxy;

/// <summary>What a proxy of TCP says before the bytes that it passes on: whose connection it is.</summary>
/// <param name="Source">The client's address; <see langword="null"/>: the proxy does not say it, or there is no client.</param>
/// <param name="IsLocal">Whether the proxy speaks for itself (a health check): nobody is behind it.</param>
/// <param name="IsTls">Whether it says that the client came by TLS.</param>
/// <param name="Length">Bytes of the header: what to consume.</param>
/// <remarks>Source: the PROXY protocol, versions 1 and 2 (haproxy.org, doc/proxy-protocol.txt).</remarks>
public sealed record ProxyHeader(IPEndPoint? Source, bool IsLocal, bool IsTls, int Length)
{
    /// <summary>The longest header of version 1, its CR LF included.</summary>
    public const int MaxLineLength = 107;

    /// <summary>
    /// The longest header of version 2 that is read. The addresses take 52 bytes; the rest is for what some proxies say beside, such as a
    /// certificate's name.
    /// </summary>
    public const int MaxLength = 4096;

    /// <summary>Reads a header from the front of what a connection has brought. Consumes nothing and never throws.</summary>
    /// <param name="buffer">What has arrived.</param>
    /// <param name="header">The header, if the answer is <see cref="ProxyReadResult.Done"/>.</param>
    public static ProxyReadResult TryParse(in ReadOnlySequence<byte> buffer, out ProxyHeader? header)
    {
        header = null;
        ReadOnlySequence<byte> window = buffer.Slice(0, Math.Min(buffer.Length, MaxLength));
        ReadOnlySpan<byte> bytes = window.IsSingleSegment ? window.FirstSpan : window.ToArray();
        return ProxyLine.MayBegin(bytes) ? ProxyLine.TryParse(bytes, out header)
            : ProxyBlock.MayBegin(bytes) ? ProxyBlock.TryParse(bytes, out header)
            : ProxyReadResult.Absent;
    }

    /// <summary>Whether the bytes begin as no other protocol does that is served here.</summary>
    internal static bool IsAt(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> start = stackalloc byte[ProxyBlock.Signature.Length];
        int length = (int)Math.Min(buffer.Length, start.Length);
        buffer.Slice(0, length).CopyTo(start);
        return start[..length].StartsWith(ProxyLine.Signature) || start[..length].SequenceEqual(ProxyBlock.Signature);
    }
}
