namespace Linnet.Serving;

/// <summary>What goes on with the streams of bytes that are made of renditions, and that listeners share.</summary>
/// <param name="BufferBytes">Memory for the bytes.</param>
/// <param name="PacketsMissed">Packets that were gone from the ring before a stream had them.</param>
/// <param name="Failures">Streams that could not be written and ended; each begins again with its next listener.</param>
public sealed record StreamFigures(long BufferBytes, long PacketsMissed, long Failures);
