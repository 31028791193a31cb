namespace Linnet.Wire.Proxy;

/// <summary>What came of looking for a PROXY header.</summary>
public enum ProxyReadResult
{
    /// <summary>Too little has come to tell.</summary>
    NeedMore,

    /// <summary>There is one, and it is whole.</summary>
    Done,

    /// <summary>The connection begins with something else.</summary>
    Absent,

    /// <summary>It begins like one, but is malformed or too long. The connection has to be closed.</summary>
    Invalid,
}
