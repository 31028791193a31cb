namespace Linnet.Relay.Wire;

/// <summary>The kinds of items in a batch. A reader skips a kind that it does not know: only the item's index is used up.</summary>
internal enum ItemKind : byte
{
    /// <summary>Stands for an item that cannot be carried. Readers skip it like an unknown kind.</summary>
    Omitted = 0,

    /// <summary>Encoded sound.</summary>
    Packet = 1,

    /// <summary>Another track starts.</summary>
    Title = 2,

    /// <summary>What a decoder needs for the packets that follow.</summary>
    Format = 3,

    /// <summary>Another map from position to time holds.</summary>
    Discontinuity = 4,

    /// <summary>Nothing follows in this run.</summary>
    End = 5,
}
