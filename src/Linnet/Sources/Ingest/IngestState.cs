namespace Linnet.Sources.Ingest;

/// <summary>The state of an ingest buffer at one moment.</summary>
/// <param name="Frames">Frames buffered.</param>
/// <param name="IsFed">Whether there is a writer.</param>
/// <param name="IsHeld">Whether the writer waits for room.</param>
internal readonly record struct IngestState(int Frames, bool IsFed, bool IsHeld);
