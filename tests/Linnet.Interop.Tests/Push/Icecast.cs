using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Linnet.Interop.Tests.Push;

/// <summary>An <c>icecast2</c> of the test's own, on loopback.</summary>
internal sealed class Icecast : IAsyncDisposable
{
    private const string Password = "hackme";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Tool _tool;

    private Icecast(Tool tool, int port)
    {
        _tool = tool;
        Port = port;
    }

    internal int Port { get; }

    /// <summary>Where a mount is listened to.</summary>
    internal string Http(string mount) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/{mount}");

    /// <summary>Where ffmpeg pushes to.</summary>
    internal string PushTo(string mount) =>
        string.Create(CultureInfo.InvariantCulture, $"icecast://source:{Password}@127.0.0.1:{Port}/{mount}");

    /// <summary>Sets the title of a mount whose format has no place for one. False: there is no such mount yet.</summary>
    internal async Task<bool> TryTellTitleAsync(string mount, string title)
    {
        await using Tool curl = Tool.Start(
            "curl", "-sf", "-u", "admin:x", "-o", "/dev/null",
            Http($"admin/metadata?mode=updinfo&mount=/{mount}&song={Uri.EscapeDataString(title)}"));
        return await curl.ExitAsync(Limit) == 0;
    }

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="folder">For its configuration and its logs.</param>
    /// <param name="port">The port; 0: any that is free.</param>
    internal static async Task<Icecast> StartAsync(TempFolder folder, int port = 0)
    {
        port = port == 0 ? FreePort() : port;
        Directory.CreateDirectory(folder["logs"]);

        // As root it would refuse to run; then it becomes nobody, who must be able to write its logs.
        bool isRoot = Environment.UserName == "root";
        await Tool.RunAsync(Limit, "chmod", "777", folder["logs"]);
        await Tool.RunAsync(Limit, "chmod", "755", folder["."]);
        string owner = isRoot ? "<changeowner><user>nobody</user><group>nogroup</group></changeowner>" : "";
        await File.WriteAllTextAsync(
            folder["icecast.xml"],
            string.Create(CultureInfo.InvariantCulture, $"""
            <icecast>
              <limits><sources>9</sources></limits>
              <authentication><source-password>{Password}</source-password><relay-password>x</relay-password><admin-user>admin</admin-user><admin-password>x</admin-password></authentication>
              <hostname>localhost</hostname>
              <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
              <paths><basedir>{folder["."]}</basedir><logdir>{folder["logs"]}</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
              <logging><accesslog>-</accesslog><errorlog>-</errorlog><loglevel>2</loglevel></logging>
              <security><chroot>0</chroot>{owner}</security>
            </icecast>
            """),
            TestContext.Current.CancellationToken);
        Tool tool = Tool.Start("icecast2", "-c", folder["icecast.xml"]);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(Limit);
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, late.Token);
                return new Icecast(tool, port);
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, late.Token);
            }
        }
    }

    public ValueTask DisposeAsync() => _tool.DisposeAsync();

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
