namespace Linnet.Sources.Ingest;

/// <summary>An ingest buffer at one moment.</summary>
/// <param name="Frames">Frames that wait.</param>
/// <param name="IsFed">Whether somebody writes.</param>
/// <param name="IsHeld">Whether that somebody waits for room.</param>
internal readonly record struct IngestState(int Frames, bool IsFed, bool IsHeld);
