namespace Linnet.Codecs;

/// <summary>What reads or encodes a format on this machine.</summary>
/// <param name="Provider">The name of the library, the program or the system's part; <see langword="null"/>: nothing does.</param>
/// <param name="IsManaged">Whether a managed implementation stands in for a C library.</param>
/// <param name="ToAdd">Names what is missing here: what would do it, or would do it faster.</param>
internal sealed record CodecUse(string? Provider, bool IsManaged, CodecPart? ToAdd);
