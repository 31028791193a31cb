namespace Linnet.Codecs.Streams;

/// <summary>Why a stream cannot be decoded.</summary>
/// <param name="Reason">A sentence for whoever sends it. Holds nothing of what was sent.</param>
public sealed record StreamProblem(string Reason);
