using System.Net;
using Linnet.Wire.PyAudio;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>Everything said of the PyAudio tutorial's programs. Event ids 520–539, and 510.</summary>
internal static partial class PyAudioLog
{
    [LoggerMessage(520, LogLevel.Information, "{Remote} hears {Rendition} by {Transport}")]
    public static partial void ListenerPlays(this ILogger logger, IPEndPoint remote, string rendition, string transport);

    [LoggerMessage(521, LogLevel.Information, "{Remote} no longer hears {Rendition}: {Reason} ({Packets} packets sent, {Skipped} skipped)")]
    public static partial void ListenerEnded(
        this ILogger logger, IPEndPoint remote, string rendition, string reason, long packets, long skipped);

    [LoggerMessage(
        522, LogLevel.Warning, "{Remote} may not hear by {Transport}: {Reason} ({Unsaid} more were refused since this was said last)")]
    public static partial void ListenerRefused(this ILogger logger, IPEndPoint remote, string transport, string reason, long unsaid);

    [LoggerMessage(523, LogLevel.Error, "Sending to {Remote} failed")]
    public static partial void ListenerFailed(this ILogger logger, Exception exception, IPEndPoint remote);

    [LoggerMessage(524, LogLevel.Warning,
        "{Server} is connected, but nothing has come for {Seconds} s: is it paused, or busy with another player? Waiting for it")]
    public static partial void ServerIsSilent(this ILogger logger, PyAudioAddress server, double seconds);

    [LoggerMessage(510, LogLevel.Error,
        "A datagram of the PyAudio tutorial's format could not be taken; the port goes on (failure {Failures} since the start)")]
    public static partial void DatagramFailed(this ILogger logger, Exception exception, long failures);
}
