using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Linnet.Diagnostics;

namespace Linnet.Transports.Http.Pull;

/// <summary>A server gives no sound over HTTP. The message is a sentence that names the address, without its password.</summary>
internal sealed class HttpPullException(string message, Exception? innerException = null) : TransportException(message, innerException)
{
    /// <summary>
    /// Whether asking again soon cannot help: the server refuses the account, or has no audio there, and no other address is left to try.
    /// </summary>
    internal bool IsLasting { get; init; }

    /// <summary>The server answered with a status that is no success.</summary>
    /// <param name="from">The address, with the account that was given.</param>
    /// <param name="status">The status.</param>
    /// <param name="reason">What the server says about it; <see langword="null"/>: nothing.</param>
    /// <param name="isOnly">Whether it is the only address, and not one of a playlist.</param>
    internal static HttpPullException Answered(Uri from, HttpStatusCode status, string? reason, bool isOnly)
    {
        string hint = status is not HttpStatusCode.Unauthorized ? reason is null ? "" : $": {reason}"
            : from.UserInfo.Length > 0 ? ": it does not accept this user name and password"
            : $": give a user name and a password, as in {from.Scheme}://USER:PASSWORD@HOST/";
        return new(Sentence.Of(string.Create(CultureInfo.InvariantCulture, $"{PullAddress.Shown(from)} answers {(int)status}{hint}")))
        {
            IsLasting = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && isOnly,

            // Not 403: Icecast also answers it while a stream has its most listeners.
            IsFinal = status is HttpStatusCode.Unauthorized && isOnly,
            IsUnknown = (int)status is >= 400 and < 500 and not (408 or 425 or 429),
            HasEnded = status is HttpStatusCode.Gone,
        };
    }

    /// <summary>The resource is not audio that can be played. A server that was heard before may repair that, so it is not final.</summary>
    internal static HttpPullException Unplayable(string message) => new(message) { IsUnknown = true };

    /// <summary>The content type of the resource is not one that Linnet plays.</summary>
    /// <param name="from">The address.</param>
    /// <param name="contentType">The content type.</param>
    /// <param name="problem">Why it is not played.</param>
    /// <param name="isOnly">Whether it is the only address, and not one of a playlist.</param>
    internal static HttpPullException Undecodable(Uri from, string? contentType, string problem, bool isOnly) => new(
        contentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true
            ? $"{PullAddress.Shown(from)} is a web page and not a stream: give the address of the stream, such as "
                + $"{from.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}/NAME.mp3."
            : $"{PullAddress.Shown(from)} cannot be played: {problem}")
    {
        IsLasting = isOnly,
        IsUnknown = true,
    };

    /// <summary>Why connecting to a server failed, as a sentence for the user.</summary>
    /// <param name="address">The address that was given.</param>
    /// <param name="problem">What went wrong.</param>
    internal static TransportException ToConnect(Uri address, Exception problem)
    {
        string server = address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        return problem switch
        {
            TransportException known => known,
            SocketException socket => new TransportException(
                socket.SocketErrorCode switch
                {
                    SocketError.HostNotFound or SocketError.NoData => $"There is no host called '{address.Host}': check the name.",
                    SocketError.ConnectionRefused => $"Nothing listens at {server}: is the server running, and is that its port?",
                    _ => $"{server} cannot be reached: {socket.Message.TrimEnd('.')}.",
                },
                socket)
            {
                IsUnknown = socket.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData,
            },
            _ => new TransportException($"{server} closed the connection instead of answering.", problem),
        };
    }
}
