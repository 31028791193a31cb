using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Linnet.Interop.Tests.Push;

/// <summary>Other servers' sound on a station of ours.</summary>
public sealed class PullTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("mp3", "audio/mpeg", "libmp3lame")]
    [InlineData("ogg", "application/ogg", "libopus")]
    public async Task A_mount_of_icecast_is_restreamed(string format, string contentType, string codec)
    {
        WavSound sweeps = WavSound.Sweep(48_000, 2, 40);
        sweeps.Save(_folder["sweeps.wav"]);
        int port = FreePort();
        await using Tool icecast = await StartIcecastAsync(port);
        await using Tool pusher = Tool.Start(
            "ffmpeg", "-nostdin", "-v", "error", "-re", "-i", _folder["sweeps.wav"], "-c:a", codec, "-b:a", "192k", "-f", format,
            "-content_type", contentType,
            "-ice_name", "Far away", $"icecast://source:hackme@127.0.0.1:{port}/far");
        await using FedServer server = FedServer.Start(string.Create(CultureInfo.InvariantCulture, $"jazz=http://127.0.0.1:{port}/far"));
        await server.UntilHeardAsync();

        await Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", server.Http("jazz.wav"), "-t", "6", _folder["heard.wav"]);

        WavSound heard = WavSound.Load(_folder["heard.wav"]);
        Assert.InRange(Correlation.Of(sweeps.Channel(0), heard.Channel(0).AsSpan(144_000)).Value, 0.98, 1.0001);
    }

    [Fact]
    public async Task A_station_of_rtsp_is_restreamed()
    {
        WavSound sweeps = WavSound.Sweep(48_000, 2, 40);
        sweeps.Save(_folder["sweeps.wav"]);
        await using Serving far = await Serving.StartAsync(_folder["sweeps.wav"], "--live");
        await using FedServer server = FedServer.Start("jazz=" + far.Url("sweeps/l16"));
        await server.UntilHeardAsync();

        await Tool.RunAsync(Limit, "ffmpeg", "-nostdin", "-v", "error", "-i", server.Http("jazz.wav"), "-t", "6", _folder["heard.wav"]);

        // The player follows the other's clock by as little as it takes; a short piece is hardly stretched.
        WavSound heard = WavSound.Load(_folder["heard.wav"]);
        Assert.InRange(Correlation.Of(sweeps.Channel(0), heard.Channel(0).AsSpan(264_000, 16_000)).Value, 0.95, 1.0001);
    }

    public void Dispose() => _folder.Dispose();

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task<Tool> StartIcecastAsync(int port)
    {
        Directory.CreateDirectory(_folder["logs"]);

        // As root it would refuse to run; then it becomes nobody, who must be able to write its logs.
        bool isRoot = Environment.UserName == "root";
        await Tool.RunAsync(Limit, "chmod", "777", _folder["logs"]);
        await Tool.RunAsync(Limit, "chmod", "755", _folder["."]);
        await File.WriteAllTextAsync(
            _folder["icecast.xml"],
            string.Create(CultureInfo.InvariantCulture, $"""
            <icecast>
              <limits><sources>2</sources></limits>
              <authentication><source-password>hackme</source-password><relay-password>x</relay-password><admin-user>admin</admin-user><admin-password>x</admin-password></authentication>
              <hostname>localhost</hostname>
              <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
              <paths><basedir>{_folder["."]}</basedir><logdir>{_folder["logs"]}</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
              <logging><accesslog>-</accesslog><errorlog>-</errorlog><loglevel>2</loglevel></logging>
              <security><chroot>0</chroot>{(isRoot ? "<changeowner><user>nobody</user><group>nogroup</group></changeowner>" : "")}</security>
            </icecast>
            """),
            TestContext.Current.CancellationToken);
        Tool icecast = Tool.Start("icecast2", "-c", _folder["icecast.xml"]);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, late.Token);
                return icecast;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, late.Token);
            }
        }
    }
}
