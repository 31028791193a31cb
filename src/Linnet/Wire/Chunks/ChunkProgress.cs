namespace Linnet.Wire.Chunks;

/// <summary>The result of parsing the beginning of a file that is made of chunks.</summary>
internal enum ChunkProgress
{
    /// <summary>The samples have not begun yet: read more and try again.</summary>
    NeedMore,

    /// <summary>The header is complete.</summary>
    Done,

    /// <summary>This is not such a file, or not one that Linnet plays.</summary>
    Invalid,
}
