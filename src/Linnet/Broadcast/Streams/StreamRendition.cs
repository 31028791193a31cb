using Linnet.Broadcast.Streams.Containers;

namespace Linnet.Broadcast.Streams;

/// <summary>A rendition as an endless stream of bytes: what HTTP sends of it.</summary>
/// <param name="Name">Its name: <c>mp3</c>, <c>mp3-64</c>, <c>opus</c>, <c>flac</c>, <c>wav</c>, …</param>
/// <param name="Extension">The end of its URL, without the dot: <c>/NAME.mp3</c>, and <c>/NAME-64.mp3</c> for <c>mp3-64</c>.</param>
/// <param name="ContentType">What a browser is told that it is.</param>
/// <param name="Ring">Its packets.</param>
/// <param name="CreateContainer">Makes what writes them as a stream; one for each reader of the ring.</param>
public sealed record StreamRendition(
    string Name, string Extension, string ContentType, BroadcastRing Ring, Func<IStreamContainer> CreateContainer);
