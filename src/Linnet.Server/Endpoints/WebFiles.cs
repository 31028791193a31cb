using System.Security.Cryptography;
using System.Text;

namespace Linnet.Server.Endpoints;

/// <summary>A file of the web page, from the assembly.</summary>
/// <param name="Path">The path of its URL below the prefix, such as <c>/page/app.js</c>.</param>
/// <param name="ContentType">The media type.</param>
/// <param name="ETag">The entity tag, which changes with the content.</param>
/// <param name="Content">The bytes.</param>
internal sealed record WebFile(string Path, string ContentType, string ETag, ReadOnlyMemory<byte> Content);

/// <summary>The files of the web page. They are resources of the assembly, so a server needs no files beside it.</summary>
internal static class WebFiles
{
    private const string Root = "wwwroot/";
    private const string Template = Root + "index.html";

    /// <summary>The files that are sent as they are: all but the page itself.</summary>
    internal static IReadOnlyList<WebFile> All { get; } =
        [.. typeof(WebFiles).Assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Root, StringComparison.Ordinal) && name != Template).Select(Load)];

    /// <summary>The page, with marks where the server's own parts belong.</summary>
    internal static string Page { get; } = Encoding.UTF8.GetString(Read(Template));

    private static WebFile Load(string name)
    {
        byte[] content = Read(name);
        return new WebFile(
            // A build on Windows writes backslashes.
            name[(Root.Length - 1)..].Replace('\\', '/'), TypeOf(name), $"\"{TagOf(content)}\"", content);
    }

    private static string TagOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(..12));

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(WebFiles).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks the resource {name}.");
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string TypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        // A path that ends in .flac would be a station's.
        ".fla" => "audio/flac",
        ".webmanifest" => "application/manifest+json",
        _ => "text/plain; charset=utf-8",
    };
}
