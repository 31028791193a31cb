using Linnet.Wire.Rtp;

namespace Linnet.Receive.Repair;

/// <summary>A receiver's requests to its sender at one moment. Reused for each moment.</summary>
internal sealed class RepairRequest
{
    /// <summary>The most packets requested at once.</summary>
    internal const int MaxMissing = 256;

    private readonly ushort[] _missing = new ushort[MaxMissing];
    private int _count;

    /// <summary>The sequence numbers to request, in order.</summary>
    internal ReadOnlySpan<ushort> Missing => _missing.AsSpan(0, _count);

    /// <summary>Whether the request is full.</summary>
    internal bool IsFull => _count == MaxMissing;

    /// <summary>The SSRC of the stream that misses them.</summary>
    internal uint MediaSsrc { get; set; }

    /// <summary>The copies that its packets should carry from now on; <see langword="null"/>: none.</summary>
    internal Redundancy? Redundancy { get; set; }

    /// <summary>A new decision and its reason, for display; <see langword="null"/> if nothing changed.</summary>
    internal string? Decision { get; set; }

    /// <summary>Clears the previous requests.</summary>
    internal void Clear()
    {
        _count = 0;
        Redundancy = null;
        Decision = null;
    }

    /// <summary>Requests a packet.</summary>
    internal void Add(ushort sequence) => _missing[_count++] = sequence;
}
