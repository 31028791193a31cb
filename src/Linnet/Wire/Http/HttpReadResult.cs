namespace Linnet.Wire.Http;

/// <summary>The result of reading a message's head.</summary>
internal enum HttpReadResult
{
    /// <summary>The head is incomplete.</summary>
    NeedMore,

    /// <summary>The head was read.</summary>
    Done,

    /// <summary>The head is refused, whatever follows.</summary>
    Invalid,
}
