namespace Linnet.Wire.Proxy;

/// <summary>The result of looking for a PROXY header.</summary>
internal enum ProxyReadResult
{
    /// <summary>More bytes are needed to decide.</summary>
    NeedMore,

    /// <summary>A complete header was found.</summary>
    Done,

    /// <summary>The connection begins with something else.</summary>
    Absent,

    /// <summary>The header is malformed or too long. Close the connection.</summary>
    Invalid,
}
