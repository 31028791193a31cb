namespace Linnet.Serving;

/// <summary>The state of the byte streams that are made of renditions and shared by listeners.</summary>
/// <param name="BufferBytes">Memory for the bytes.</param>
/// <param name="PacketsMissed">Packets that were gone from the ring before a stream read them.</param>
/// <param name="Failures">Streams that ended because they could not be written; each starts again with its next listener.</param>
internal sealed record StreamFigures(long BufferBytes, long PacketsMissed, long Failures);
