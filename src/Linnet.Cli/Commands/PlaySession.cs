using Linnet.Cli.Panels;
using Linnet.Cli.Stats;
using Linnet.Codecs;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Receive;
using Linnet.Transports.Rtsp;

namespace Linnet.Cli.Commands;

/// <summary>Runs the commands <c>play</c> and <c>record</c>.</summary>
internal static class PlaySession
{
    private static readonly TimeSpan UsualBuffer = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SmallBuffer = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LargeBuffer = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(PlayRequest request, Shell shell, CancellationToken cancellationToken)
    {
        using var session =
            new Session(shell, request.WantsJson, outIsTaken: request.Output == "-", cancellationToken, request.EndsWithReader);
        await using IAudioDevice device =
            AudioDevices.Create(request.Output, shell.Time, DeviceLatencyOf(request.Latency ?? request.Profile.Base));
        await using var player = new Player(OptionsOf(request), device, shell.Time, session.Log);
        session.Log.SayCodecs(CodecTable.Current);
        var monitor = new PlayerMonitor(player, request.HasVolume);
        await session.ShowAsync(
            player.RunAsync(session.Ending),
            new PanelPages(Render, PlayerFigures.All),
            isLast => StatsJson.Line(new PlayerStats(player.GetStatistics(), isLast)),
            monitor.OnKey);
        return ExitCode.Ended;

        IEnumerable<PanelLine> Render(int width)
        {
            (IEnumerable<PanelLine> panel, IEnumerable<PanelLine> keys) = monitor.Render(width);
            return [.. panel, .. keys];
        }
    }

    /// <summary>
    /// A large buffer is for playback without dropouts, so the device also gets time for a busy machine. With a small buffer it gets none.
    /// </summary>
    private static TimeSpan? DeviceLatencyOf(TimeSpan buffer) =>
        buffer > LargeBuffer ? TimeSpan.FromMilliseconds(Math.Min(buffer.TotalMilliseconds / 2, 200))
        : buffer <= SmallBuffer ? TimeSpan.FromMilliseconds(10)
        : buffer <= UsualBuffer ? TimeSpan.FromMilliseconds(30)
        : null;

    private static PlayerOptions OptionsOf(PlayRequest request) => new()
    {
        Url = request.Address,
        RawFormat = request.Format,
        Transport = request.Transport switch
        {
            "udp" or "tcp" when !ServerAddress.SchemeOf(request.Address).MayBeRtp =>
                throw new UsageException($"--transport is for rtsp addresses: {request.Address.Scheme} always uses "
                    + (request.Address.Scheme == "pyaudio-udp" ? "UDP." : "TCP.")),
            "udp" => RtspTransport.Udp,
            "tcp" => RtspTransport.Tcp,
            _ => RtspTransport.Auto,
        },
        Impairment = request.Impairment,
        Trust = request.Trust,
        Receiver = new ReceiverOptions { Profile = request.Profile, Latency = request.Latency },
        Reconnects = request.Reconnects,
        WaitsForStation = request.WaitsForStation,
        Duration = request.Duration,
        Volume = request.Volume,
    };
}
