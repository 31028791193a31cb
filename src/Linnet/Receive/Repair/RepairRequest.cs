using Linnet.Wire.Rtp;

namespace Linnet.Receive.Repair;

/// <summary>What a receiver wants of its sender at one moment. Filled anew each time.</summary>
internal sealed class RepairRequest
{
    /// <summary>Packets asked for at once.</summary>
    internal const int MaxMissing = 256;

    private readonly ushort[] _missing = new ushort[MaxMissing];
    private int _count;

    /// <summary>Sequence numbers to ask for, in order.</summary>
    internal ReadOnlySpan<ushort> Missing => _missing.AsSpan(0, _count);

    /// <summary>Whether there is room for another.</summary>
    internal bool IsFull => _count == MaxMissing;

    /// <summary>The stream they are of.</summary>
    internal uint MediaSsrc { get; set; }

    /// <summary>The copies that are to go with its packets from now on; <see langword="null"/>: none.</summary>
    internal Redundancy? Redundancy { get; set; }

    /// <summary>If something was decided anew: what and why, for a person.</summary>
    internal string? Decision { get; set; }

    /// <summary>Forgets what was wanted before.</summary>
    internal void Clear()
    {
        _count = 0;
        Redundancy = null;
        Decision = null;
    }

    /// <summary>Asks for a packet.</summary>
    internal void Add(ushort sequence) => _missing[_count++] = sequence;
}
