using System.Net;
using System.Text;
using Linnet.Access;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;

namespace Linnet.Interop.Tests.Access;

/// <summary>Players listen to a station that is not open to everyone.</summary>
public sealed class ClosedStationTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly LinkKey Key = new("k1", Encoding.ASCII.GetBytes("0123456789abcdef"));

    private readonly CancellationTokenSource _stop = new();
    private readonly StationServer _server;
    private readonly Task _running;

    public ClosedStationTests()
    {
        _server = StationServer.Open(
            [new Station(new StationOptions { Name = "jazz" }, new ToneSource(440))],
            new StationServerOptions
            {
                Bind = IPAddress.Loopback,
                RtspPort = 0,
                RtpPort = 0,
                HttpPort = 0,
                Radio = new RadioServerOptions(),
                Access = new AccessOptions
                {
                    Accounts =
                    [
                        new Account("ann") { PasswordHash = "#blue", StreamToken = "camera-1", Roles = [new(AccessAction.Listen)] },
                    ],
                    Verify = static (hash, password) => hash == "#" + Encoding.UTF8.GetString(password),
                    ClosedStations = ["jazz"],
                    LinkKeys = [Key],
                },
            });
        _running = _server.RunAsync(_stop.Token);
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Ffmpeg_proves_the_stream_token_by_Digest(string transport)
    {
        await Ffmpeg(Rtsp("ann:camera-1@"), transport).SucceedAsync();
        await Ffmpeg(Rtsp("ann:blue@"), transport).FailAsync("401");
        await Ffmpeg(Rtsp(), transport).FailAsync("401");
    }

    [Fact]
    public async Task Ffmpeg_plays_a_link_over_RTSP_and_HTTP()
    {
        string link = Key.Sign("jazz", TimeProvider.System.GetUtcNow().AddHours(1));
        await Ffmpeg(Rtsp(link: link), "udp").SucceedAsync();
        await Ffmpeg(Rtsp(link: link), "tcp").SucceedAsync();
        await Ffmpeg($"http://{_server.HttpEndPoint}{link}/jazz.mp3", null).SucceedAsync();
        await Ffmpeg($"http://ann:blue@{_server.HttpEndPoint}/jazz.mp3", null).SucceedAsync();
        await Ffmpeg($"http://{_server.HttpEndPoint}/jazz.mp3", null).FailAsync("401");
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task GStreamer_proves_the_stream_token_by_Digest_and_plays_a_link(string transport)
    {
        string link = Key.Sign("jazz", TimeProvider.System.GetUtcNow().AddHours(1));
        await Pipeline(Rtsp(), "user-id=ann", "user-pw=camera-1").SucceedAsync();
        await Pipeline(Rtsp(link: link)).SucceedAsync();
        await Pipeline(Rtsp(), "user-id=ann", "user-pw=blue").FailAsync("nauthorized");

        Run Pipeline(string url, params string[] account) => new(
            "gst-launch-1.0",
            ["-q", "rtspsrc", $"location={url}", $"protocols={transport}", .. account, "!", "rtpopusdepay", "!", "identity", "eos-after=50",
                "!", "fakesink"]);
    }

    [Fact]
    public async Task Linnet_records_with_a_stream_token_a_password_and_a_link()
    {
        using var folder = new TempFolder();
        string link = Key.Sign("jazz", TimeProvider.System.GetUtcNow().AddHours(1));
        await Record(Rtsp("ann:camera-1@")).SucceedAsync();
        await Record(Rtsp(link: link)).SucceedAsync();
        await Record($"http://ann:blue@{_server.HttpEndPoint}/jazz.mp3").SucceedAsync();
        await Record($"http://{_server.HttpEndPoint}{link}/jazz.mp3").SucceedAsync();
        await Record(Rtsp("ann:blue@")).FailAsync("password");

        Run Record(string url) => new("linnet", ["record", url, folder["out.wav"], "--seconds", "1"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    private string Rtsp(string account = "", string link = "") => $"rtsp://{account}{_server.RtspEndPoint}{link}/jazz/opus";

    private static Run Ffmpeg(string url, string? transport) => new(
        "ffmpeg",
        [
            "-nostdin", "-v", "error", .. transport is null ? [] : (string[])["-rtsp_transport", transport], "-i", url, "-t", "0.5",
            "-f", "null", "-",
        ]);

    /// <summary>A program that runs to its end.</summary>
    private sealed record Run(string Program, string[] Arguments)
    {
        internal Task<string> SucceedAsync() => Tool.RunAsync(Limit, Program, Arguments);

        internal async Task FailAsync(string reason)
        {
            await using Tool tool = Tool.Start(Program, Arguments);
            Assert.NotEqual(0, await tool.ExitAsync(Limit));
            Assert.Contains(reason, tool.Errors + tool.Output, StringComparison.Ordinal);
        }
    }
}
