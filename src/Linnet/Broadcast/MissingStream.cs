using Linnet.Broadcast.Streams;

namespace Linnet.Broadcast;

/// <summary>A rendition that a station would offer over HTTP if this machine could encode it.</summary>
/// <param name="Name">The name that it would have.</param>
/// <param name="Type">How it would be sent.</param>
/// <param name="Problem">Why it cannot be encoded, as a sentence.</param>
internal sealed record MissingStream(string Name, StreamType Type, string Problem);
