using System.Net;
using Linnet.Diagnostics;
using Linnet.Wire.PyAudio;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>Log messages about clients and servers of the PyAudio tutorial. Event ids 520–539, and 510.</summary>
internal static partial class PyAudioLog
{
    [LoggerMessage(520, LogLevel.Information, "{Remote} started listening to {Rendition} over {Transport}")]
    public static partial void ListenerPlays(this ILogger logger, IPEndPoint remote, string rendition, string transport);

    [LoggerMessage(
        521, LogLevel.Information, "{Remote} stopped listening to {Rendition}: {Reason} ({Packets} packets sent, {Skipped} skipped)")]
    public static partial void ListenerEnded(
        this ILogger logger, IPEndPoint remote, string rendition, string reason, long packets, long skipped);

    [LoggerMessage(
        522, LogLevel.Warning, "{Remote} was refused over {Transport}: {Reason}{Unsaid}")]
    public static partial void ListenerRefused(this ILogger logger, IPEndPoint remote, string transport, string reason, Unsaid unsaid);

    [LoggerMessage(523, LogLevel.Error, "Sending to {Remote} failed")]
    public static partial void ListenerFailed(this ILogger logger, Exception exception, IPEndPoint remote);

    [LoggerMessage(524, LogLevel.Warning,
        "{Server} is connected, but has sent nothing for {Seconds} s. It may be paused or busy with another player. Still waiting")]
    public static partial void ServerIsSilent(this ILogger logger, PyAudioAddress server, double seconds);

    [LoggerMessage(510, LogLevel.Error,
        "Handling a PyAudio datagram failed. The port stays open (failure {Failures} since the start)")]
    public static partial void DatagramFailed(this ILogger logger, Exception exception, long failures);
}
