using System.Net;
using Linnet.Cli.Panels;
using Linnet.Playback;
using Linnet.Playback.Devices;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Microsoft.Extensions.Logging;

namespace Linnet.Cli.Commands;

/// <summary>Runs <c>demo</c>: a server with the built-in songbird, and a player that connects to it like any other.</summary>
internal static partial class DemoSession
{
    private const string StationName = "songbird";

    private const int PlainWidth = 80;

    public static async Task<int> RunAsync(DemoRequest request, Shell shell, CancellationToken cancellationToken)
    {
        Failure.ThrowIfFewFiles();
        if (request.User is not null)
        {
            Privileges.Lower(request.User, shell);
        }

        using var session = new Session(shell, wantsJson: false, outIsTaken: false, cancellationToken);
        IPAddress? bind = request.Server.Bind;
        var options = new StationOptions { Name = StationName };
        var station = new Station(options, new SongbirdSource(), shell.Time, session.Log.CreateLogger<Station>());
        await using StationServer server = StationServer.Open([station], request.Server, shell.Time, session.Log);
        await using RadioHost? host = await OpenHttpAsync(server, request, shell, session);
        await using var device = new DeviceOrNowhere(AudioDevices.Create(null, shell.Time), new NullDevice(shell.Time), session.Log);
        var address = new Uri(ListenAddresses.Of(bind ?? IPAddress.Loopback, server.RtspEndPoint!.Port, $"/{StationName}")[0]);
        await using var player =
            new Player(new PlayerOptions { Url = address, Duration = request.Duration }, device, shell.Time, session.Log);

        var serverMonitor = new ServerMonitor(server, bind);
        var playerMonitor = new PlayerMonitor(player);
        var addresses = new AddressPanel(serverMonitor.Addresses, serverMonitor.HttpAddresses);
        Announce(serverMonitor, addresses, session.IsPlain, shell);
        if (request.User is null)
        {
            // After the address, which users look for first.
            Privileges.Advise(shell);
        }

        await session.ShowAsync(
            RunAsync(server, player, session.Ending),
            new PanelPages(
                width => Render(playerMonitor.Render(width, hasAddresses: true), serverMonitor.Render(width)),
                [.. PlayerFigures.All, .. serverMonitor.Figures],
                addresses.Render),
            static _ => "",
            playerMonitor.OnKey);
        return ExitCode.Ended;
    }

    /// <summary>Draws both panels; if there is room for only one, the player's.</summary>
    internal static IEnumerable<PanelLine> Render(
        (IEnumerable<PanelLine> Panel, IEnumerable<PanelLine> Keys) player, IEnumerable<PanelLine> server) =>
    [
        .. player.Panel,
        new PanelLine { Rank = ServerPanel.Gap },
        .. server.Select(static line => line.RankedAtLeast(ServerPanel.Numbers)),
        .. player.Keys,
    ];

    /// <summary>Shows where to listen: the address for a browser first, and a QR code for a phone.</summary>
    private static void Announce(ServerMonitor server, AddressPanel addresses, bool isPlain, Shell shell)
    {
        ListenAddresses.Announce([], shell.Out, http: server.HttpAddresses);
        bool colours = shell.IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        int width = shell.IsTerminal ? TerminalSize.Now().Width - 1 : PlainWidth;
        PanelLine[] code = [.. addresses.Code];
        if (code.Length > 0 && code[0].Cells <= width)
        {
            foreach (PanelLine line in code)
            {
                shell.Out.WriteLine(line.Render(width, colours));
            }
        }

        if (isPlain)
        {
            ListenAddresses.Announce(server.Addresses, shell.Out);
        }

        shell.Out.Flush();
    }

    /// <summary>
    /// A demonstration runs without HTTP, or on another port, if the default port is in use. A port that the user named is required.
    /// </summary>
    private static async Task<RadioHost?> OpenHttpAsync(StationServer server, DemoRequest request, Shell shell, Session session)
    {
        if (request.Http is not { } http)
        {
            return null;
        }

        try
        {
            return await StartAsync(http);
        }
        catch (IOException) when (!request.IsHttpPortNamed)
        {
            try
            {
                return await StartAsync(http with { Port = 0 });
            }
            catch (IOException e)
            {
                LogNoHttp(session.Log, Failure.Explain(e));
                return null;
            }
        }

        Task<RadioHost> StartAsync(RadioHostOptions options) =>
            RadioHost.StartAsync(server, options, shell.Time, session.Log, session.Ending);
    }

    /// <summary>Runs the server and the player until the player ends.</summary>
    private static async Task RunAsync(StationServer server, Player player, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task serving = server.RunAsync(ending.Token);
        Task playing = player.RunAsync(ending.Token);
        await Task.WhenAny(serving, playing);
        await ending.CancelAsync();
        await Task.WhenAll(playing, serving);
    }

    [LoggerMessage(771, LogLevel.Warning, "Browsers cannot listen. {Problem}")]
    private static partial void LogNoHttp(ILogger logger, string problem);
}
