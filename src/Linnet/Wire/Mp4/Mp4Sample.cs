namespace Linnet.Wire.Mp4;

/// <summary>One packet in an MP4. The standard calls it a sample.</summary>
/// <param name="Bytes">The packet.</param>
/// <param name="Frames">Frames that it decodes to, at the time scale of its track; more than 0.</param>
internal readonly record struct Mp4Sample(ReadOnlyMemory<byte> Bytes, int Frames);
