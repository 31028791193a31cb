using Linnet.Broadcast.Streams.Containers;
using Linnet.Codecs;

namespace Linnet.Stations;

/// <summary>How HTTP carries a rendition.</summary>
/// <param name="Extension">The end of its URL, without the dot.</param>
/// <param name="ContentType">What a browser is told that it is.</param>
/// <param name="ContainerFor">Given the rendition's encoder, to look at: how to make the container.</param>
internal sealed record StreamSpec(string Extension, string ContentType, Func<IAudioEncoder, Func<IStreamContainer>> ContainerFor);
