using System.Net;
using System.Net.Sockets;
using System.Text;
using Linnet.Access;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Transports.Http.Push;
using Linnet.Transports.Http.Radio;
using Linnet.Transports.PyAudio;
using Linnet.Wire.Http;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Serving;

/// <summary>
/// A whole server with a closed station <c>jazz</c>, an open one <c>open</c>, and <c>live</c>, which takes pushes. A client's network is
/// told by its PROXY header if it comes from 127.0.0.2.
/// </summary>
internal sealed class AccessTestServer : IAsyncDisposable
{
    /// <summary>An address that may not connect.</summary>
    internal const string Denied = "127.0.0.3";

    /// <summary>A trusted proxy.</summary>
    internal const string Proxy = "127.0.0.2";

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    internal AccessTestServer()
    {
        Server = StationServer.Open(
            [Tone("jazz"), Tone("open")],
            new StationServerOptions
            {
                Bind = IPAddress.Loopback,
                RtspPort = 0,
                RtpPort = 0,
                HttpPort = 0,
                Radio = new RadioServerOptions(),
                PyAudio = new PyAudioServerOptions { TcpPort = 0, UdpPort = null, Station = "jazz" },
                Push = new PushServerOptions { Password = "hackme" },
                TrustedProxies = [IPNetwork.Parse($"{Proxy}/32")],
                Access = Access,
            },
            fed: [new IngestStation(new StationOptions { Name = "live" })]);
        _running = Server.RunAsync(_stop.Token);
    }

    /// <summary>An account for each role, named after it; its password and stream token end in the name.</summary>
    internal static AccessOptions Access => new()
    {
        Accounts =
        [
            .. ((string[])
                [
                    "none", "listen", "listen:jazz", "listen:open", "push", "push:live", "push:other", "control", "admin", "admin:jazz",
                ]).Select(static role => new Account(NameOf(role))
                {
                    PasswordHash = "#password-" + NameOf(role),
                    StreamToken = "token-" + NameOf(role),
                    Roles = AccessRole.TryParse(role, out AccessRole parsed, out _) ? [parsed] : [],
                }),
        ],
        Verify = static (hash, password) => hash == "#" + Encoding.UTF8.GetString(password),
        ClosedStations = ["jazz"],
        LinkKeys = [Key],
        DeniedNetworks = [IPNetwork.Parse($"{Denied}/32"), IPNetwork.Parse("198.51.100.0/24")],
    };

    internal static LinkKey Key { get; } = new("k1", Encoding.ASCII.GetBytes("0123456789abcdef"));

    internal StationServer Server { get; }

    /// <summary>The name of the account with a role.</summary>
    internal static string NameOf(string role) => role.Replace(':', '-');

    internal static string Basic(string account) => $"Authorization: {new BasicCredentials(account, "password-" + account).ToHeader()}\r\n";

    /// <summary>Connects from an address; with a client behind the proxy, if one is named.</summary>
    internal static async Task<Socket> ConnectAsync(IPEndPoint server, string from = "127.0.0.1", string? client = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            await socket.ConnectAsync(server, Stop);
            await SendAsync(socket, client is null ? "" : $"PROXY TCP4 {client} 127.0.0.1 4000 80\r\n");
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset)
        {
            // The server has accepted it, and closed it at once.
        }

        return socket;
    }

    /// <summary>Sends a request and reads the head of its answer; empty: the connection was closed.</summary>
    internal static async Task<string> AskAsync(Socket socket, string request)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        try
        {
            await SendAsync(socket, request);
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one, Stop) > 0)
            {
                head.Append((char)one[0]);
            }
        }
        catch (SocketException)
        {
            // It was reset.
        }

        return head.ToString();
    }

    /// <summary>Sends one HTTP request on a connection of its own.</summary>
    internal async Task<string> HttpAsync(
        string request, string headers = "", string from = "127.0.0.1", string? client = null)
    {
        using Socket socket = await ConnectAsync(Server.HttpEndPoint!, from, client);
        return await AskAsync(socket, $"{request} HTTP/1.1\r\nHost: radio.example\r\n{headers}\r\n");
    }

    /// <summary>Sends DESCRIBE, and again with a proof of a stream token if it is asked for and there is an account.</summary>
    internal async Task<string> DescribeAsync(
        string path, string? account = null, string from = "127.0.0.1", string? client = null, int challenge = 0)
    {
        using Socket socket = await ConnectAsync(Server.RtspEndPoint!, from, client);
        string uri = $"rtsp://radio.example{path}";
        string answer = await AskAsync(socket, $"DESCRIBE {uri} RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        if (account is null || StatusOf(answer) != 401)
        {
            return answer;
        }

        AuthChallenge chosen = AuthChallenge.ReadAll(
            answer.Split("\r\n").Where(static l => l.StartsWith("WWW-Authenticate: ", StringComparison.Ordinal))
                .Select(static l => l["WWW-Authenticate: ".Length..]))[challenge];
        string proof = DigestProof.Write(chosen, new RtspCredentials(account, "token-" + account), "DESCRIBE", uri, 1, "abc");
        int length = int.Parse(answer.Split("Content-Length: ")[1].Split('\r')[0], null);
        await AskBytesAsync(socket, length);
        return await AskAsync(socket, $"DESCRIBE {uri} RTSP/1.0\r\nCSeq: 2\r\nAuthorization: {proof}\r\n\r\n");
    }

    /// <summary>The status of an answer; 0: there is none.</summary>
    internal static int StatusOf(string answer) => answer.Length == 0 ? 0 : int.Parse(answer.Split(' ')[1], null);

    /// <summary>Reads that many bytes.</summary>
    internal static async Task AskBytesAsync(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int length = 0; length < count;)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(length), Stop);
            Assert.NotEqual(0, read);
            length += read;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Server.DisposeAsync();
        _stop.Dispose();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Task<int> SendAsync(Socket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), Stop).AsTask();

    private static Station Tone(string name) => new(new StationOptions { Name = name }, new ToneSource(440));
}
