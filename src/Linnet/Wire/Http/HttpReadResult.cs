namespace Linnet.Wire.Http;

/// <summary>What came of trying to read a message's head.</summary>
public enum HttpReadResult
{
    /// <summary>It is not whole yet.</summary>
    NeedMore,

    /// <summary>It was read.</summary>
    Done,

    /// <summary>It is refused, and will be whatever follows.</summary>
    Invalid,
}
