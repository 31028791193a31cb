using System.Net;
using Linnet.Cli.Panels;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Sources;
using Linnet.Stations;
using Microsoft.Extensions.Logging;

namespace Linnet.Cli.Commands;

/// <summary>Runs <c>demo</c>: a server with the built-in songbird, and a player that hears it from there as any other would.</summary>
internal static class DemoSession
{
    private const string StationName = "songbird";

    public static async Task<int> RunAsync(TimeSpan? duration, StationServerOptions network, string? user, Shell shell, CancellationToken cancellationToken)
    {
        Failure.ThrowIfFewFiles();
        Privileges.Lower(user, shell);
        using var session = new Session(shell, wantsJson: false, outIsTaken: false, cancellationToken);
        var options = new StationOptions { Name = StationName };
        var station = new Station(options, new SongbirdSource(), shell.Time, session.Log.CreateLogger<Station>());
        await using StationServer server = StationServer.Open([station], network, shell.Time, session.Log);
        await using var device = new DeviceOrNowhere(AudioDevices.Create(null, shell.Time), new NullDevice(shell.Time), session.Log);
        var address = new Uri(ListenAddresses.Of(network.Bind ?? IPAddress.Loopback, server.RtspEndPoint.Port, $"/{StationName}")[0]);
        await using var player = new Player(new PlayerOptions { Url = address, Duration = duration }, device, shell.Time, session.Log);

        var serverMonitor = new ServerMonitor(server, network.Bind, shell.Time);
        var playerMonitor = new PlayerMonitor(player, address, device, shell.Time);
        if (session.IsPlain)
        {
            ListenAddresses.Announce(serverMonitor.Addresses, shell.Out);
        }

        await session.ShowAsync(
            RunAsync(server, player, session.Ending),
            width => [.. PlayerPanel.Render(playerMonitor.Look(), width), new PanelLine(), .. ServerPanel.Render(serverMonitor.Look(), width)],
            static _ => "",
            playerMonitor.OnKey);
        return ExitCode.Ended;
    }

    /// <summary>Both, until the player ends.</summary>
    private static async Task RunAsync(StationServer server, Player player, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task serving = server.RunAsync(ending.Token);
        Task playing = player.RunAsync(ending.Token);
        await Task.WhenAny(serving, playing);
        await ending.CancelAsync();
        await Task.WhenAll(playing, serving);
    }
}
