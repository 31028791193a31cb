using Linnet.Broadcast;
using Linnet.Broadcast.Streams;

namespace Linnet.Transports.Http.Radio;

/// <summary>The URLs of the streams that a server offers over HTTP.</summary>
internal static class StreamUrl
{
    /// <summary>The path of a rendition: <c>/NAME.mp3</c>; <c>/NAME-64.mp3</c> for <c>mp3-64</c>.</summary>
    /// <param name="station">The station's name.</param>
    /// <param name="rendition">A rendition that is sent as a stream of bytes.</param>
    internal static string PathOf(string station, RenditionInfo rendition) => PathOf(station, rendition.Name, rendition.StreamType!);

    /// <summary>The path that a rendition would have if it could be encoded.</summary>
    internal static string PathOf(string station, MissingStream rendition) => PathOf(station, rendition.Name, rendition.Type);

    /// <summary>The URL of a path for a client.</summary>
    /// <param name="scheme">How the client knows the server: <c>http</c> or <c>https</c>.</param>
    /// <param name="authority">The name and port by which the client knows the server.</param>
    /// <param name="path">The path, with its slash.</param>
    internal static string Of(string scheme, string authority, string path) => $"{scheme}://{authority}{path}";

    private static string PathOf(string station, string name, StreamType type)
    {
        string extension = type.Extension;
        string suffix = name == extension ? ""
            : name.StartsWith(extension + "-", StringComparison.Ordinal) ? name[extension.Length..]
            : "-" + name;
        return $"/{station}{suffix}.{extension}";
    }
}
