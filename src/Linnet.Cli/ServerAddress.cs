using System.Net;
using System.Net.Sockets;
using Linnet.Playback;
using Linnet.Wire;

namespace Linnet.Cli;

/// <summary>Reads the address of a server or a station as users write it.</summary>
internal static class ServerAddress
{
    /// <summary>The forms of an address, for help and errors.</summary>
    public static string Forms => $"HOST, HOST/NAME, HOST:PORT/NAME, {ListenScheme.Examples}";

    /// <summary>
    /// Reads an address of a <see cref="ListenScheme"/> as it is, and <c>HOST</c>, <c>HOST:PORT</c>, <c>HOST/NAME</c> and
    /// <c>HOST:PORT/NAME</c> as a server of RTSP; an empty text means this machine. Without a port the player tries 8554, then 554 if
    /// nothing listens there.
    /// </summary>
    /// <exception cref="UsageException">The text is not an address.</exception>
    public static Uri Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new Uri("rtsp://localhost/");
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? given) && ListenScheme.TryFind(given, out _)
                ? given
                : throw NoAddress(text);
        }

        if (File.Exists(text))
        {
            throw new UsageException($"'{text}' is a file here: send it with 'linnet serve {text}', then hear it with 'linnet play'.");
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        (string host, string path) = slash < 0 ? (text, "/") : (text[..slash], text[slash..]);
        if (IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
            && !host.StartsWith('['))
        {
            host = $"[{host}]";
        }

        return Uri.TryCreate($"rtsp://{host}{path}", UriKind.Absolute, out Uri? bare) && bare.Host.Length > 0 && bare.UserInfo.Length == 0
            ? bare
            : throw new UsageException(
                $"'{ShownAddress.Of(text)}' is not a valid URL: write HOST, HOST/NAME, HOST:PORT/NAME or rtsp://HOST:PORT/NAME.");
    }

    /// <summary>The scheme of an address that <see cref="Parse"/> gave.</summary>
    public static ListenScheme SchemeOf(Uri address) => ListenScheme.TryFind(address, out ListenScheme? scheme)
        ? scheme : throw NoAddress(address.OriginalString);

    private static UsageException NoAddress(string text) => new(
        $"'{ShownAddress.Of(text)}' is not a valid URL: write {ListenScheme.Examples}, or only HOST or HOST/NAME.");
}
