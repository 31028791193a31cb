using System.Globalization;
using System.Net.Sockets;
using Linnet.Audio;
using Linnet.Wire.PyAudio;

namespace Linnet.Transports.PyAudio;

/// <summary>
/// A server of the PyAudio tutorial's formats is gone, or sends something else. The message is one sentence that a user can act on.
/// </summary>
internal sealed class PyAudioException : TransportException
{
    /// <summary>An exception without a story.</summary>
    public PyAudioException()
        : this("The PyAudio server failed.")
    {
    }

    /// <summary>An exception with the sentence for the user.</summary>
    public PyAudioException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with the sentence for the user, and what brought it about.</summary>
    public PyAudioException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal static PyAudioException ToConnect(PyAudioAddress server, SocketException? error, TimeSpan patience) => new(
        error?.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.NoData => $"There is no host called '{server.Host}': check the name.",
            SocketError.TryAgain =>
                $"The name '{server.Host}' cannot be looked up now: is there a network, and does its name server answer?",
            SocketError.ConnectionRefused => $"Nothing listens at {server}: is the server running, and is that its port?",
            null or SocketError.TimedOut =>
                $"{server} did not answer within {Seconds(patience)}: is it on, and does a firewall let the port through?",
            _ => $"{server} cannot be reached: {error.Message.TrimEnd('.')}.",
        },
        error)
    {
        IsUnknown = error?.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData,
    };

    internal static PyAudioException Silent(PyAudioAddress server, TimeSpan patience) =>
        new($"Nothing came from {server} over UDP within {Seconds(patience)}: is the server running, does a firewall let UDP through, and "
            + "if it is a Linnet, does it allow your network?")
        {
            Advice = new SettingAdvice($"{nameof(PyAudioServerOptions)}.{nameof(PyAudioServerOptions.AllowedNetworks)}"),
        };

    internal static PyAudioException Broken(PyAudioAddress server, Exception? cause = null) =>
        new($"The server at {server} is gone: the connection broke off.", cause);

    internal static PyAudioException Stopped(PyAudioAddress server) =>
        new($"The server at {server} is gone: it closed the connection without signalling the end.");

    internal static PyAudioException Refused(PyAudioAddress server) =>
        new($"{server} closed the connection before sending audio: it is full, or has ended.");

    internal static PyAudioException Empty(PyAudioAddress server) =>
        new($"{server} has ended without sending audio.") { IsUnknown = true, HasEnded = true };

    internal static PyAudioException NotFrames(PyAudioAddress server, int length, RawPcmFormat format) => new(
        $"{server} sends datagrams that are not a whole number of frames: {length} bytes, where a frame of "
            + $"{format} has {format.BytesPerFrame}. State its format.")
    {
        Advice = new SettingAdvice("PlayerOptions.RawFormat"),
        IsFinal = true,
    };

    internal static PyAudioException NotPyAudio(PyAudioAddress server) =>
        new($"{server} does not send the messages of the PyAudio tutorial's server: check the address.") { IsFinal = true };

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");
}
