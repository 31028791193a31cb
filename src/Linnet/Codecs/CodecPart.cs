namespace Linnet.Codecs;

/// <summary>A library, a program or a part of the system that reads or encodes a format.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Libraries">
/// The C libraries that it consists of, by their names in <see cref="Native.NativeLibraries"/>; empty: managed code or a program.
/// </param>
internal sealed record CodecPart(string Name, params string[] Libraries);
