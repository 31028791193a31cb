using System.Net;
using Linnet.Access;
using Linnet.Broadcast;

namespace Linnet.Transports.Http.Hls;

/// <summary>A client that requests a station's segments: HLS has no connections, so a listener is a series of requests.</summary>
/// <param name="Station">The station's name.</param>
/// <param name="Remote">The address of its first request.</param>
/// <param name="Since">When that came.</param>
internal sealed record HlsListener(string Station, IPEndPoint Remote, DateTimeOffset Since)
{
    private long _bytes;

    /// <summary>Its number, unique in this process.</summary>
    internal long Id { get; } = ListenerNumber.Next();

    /// <summary>The rendition that it requested last.</summary>
    internal string Rendition { get; set; } = "";

    /// <summary>When it was last admitted, in ticks.</summary>
    internal long AskedAt { get; set; }

    /// <summary>How another service has admitted it to <see cref="Rendition"/>; <see langword="null"/>: none was asked.</summary>
    internal HlsAdmission? Admission { get; set; }

    /// <summary>Bytes of segments sent to it.</summary>
    internal long BytesSent => Interlocked.Read(ref _bytes);

    /// <summary>Counts bytes of segments.</summary>
    internal void Count(long bytes) => Interlocked.Add(ref _bytes, bytes);
}

/// <summary>The decision of another service about a listener, which holds for all its requests for one rendition.</summary>
/// <param name="Rules">The rules by which the service was asked: others ask again (<see cref="AccessControl.Current"/>).</param>
/// <param name="Visit">The stay that the service wants to be told the end of; <see langword="null"/>: none.</param>
internal sealed record HlsAdmission(object Rules, HookVisit? Visit);

/// <summary>By what a listener is known again: its address, and a hash of the other things that all its requests have.</summary>
/// <param name="Peer">The address.</param>
/// <param name="Hash">The hash.</param>
internal readonly record struct HlsListenerKey(PeerAddress Peer, UInt128 Hash);
