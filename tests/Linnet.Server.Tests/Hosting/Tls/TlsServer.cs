using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Linnet.Server.Hosting;
using Linnet.Server.Hosting.Tls;
using Linnet.Sources;
using Linnet.Stations;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Tests.Hosting.Tls;

/// <summary>A server with TLS on free ports of the loopback address, and clients that do their own handshakes.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly HostedServer _hosted;
    private readonly TempFolder _folder;

    private TlsServer(HostedServer hosted, TempFolder folder) => (_hosted, _folder) = (hosted, folder);

    public RadioHost Host => _hosted.Host;

    public HostedServer Hosted => _hosted;

    public int Https => Host.HttpsEndPoint!.Port;

    public int Rtsps => Host.RtspsEndPoint!.Port;

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    /// <summary>Starts a server with a certificate of its own.</summary>
    /// <param name="options">More options.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="source">The audio; default: a tone.</param>
    /// <param name="proxies">Trusted proxies.</param>
    public static async Task<TlsServer> StartAsync(
        RadioHostOptions? options = null, TimeProvider? time = null, ILogger? logger = null, IAudioSource? source = null,
        params string[] proxies)
    {
        var folder = new TempFolder();
        try
        {
            options ??= new RadioHostOptions();
            options = options with
            {
                HttpsPort = 0,
                RtspsPort = 0,
                Tls = options.Tls ?? new TlsSettings { StateFolder = folder.Path },
            };
            var jazz = new Station(new StationOptions { Name = "jazz", StartAtOnce = true }, source ?? new ToneSource(440));
            HostedServer hosted = await HostedServer.StartAsync([jazz], options, time: time, logger: logger, proxies: proxies);
            return new TlsServer(hosted, folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Connects without a handshake.</summary>
    public static async Task<NetworkStream> DialAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, HangLimit);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Connects over TLS. Any certificate is accepted.</summary>
    public static Task<SslStream> ConnectAsync(
        int port, SslProtocols protocols = SslProtocols.None, string name = "localhost", params SslApplicationProtocol[] offered) =>
        ConnectAsync(port, "", protocols, name, offered);

    /// <summary>Connects over TLS, after some bytes without TLS.</summary>
    public static async Task<SslStream> ConnectAsync(
        int port, string before, SslProtocols protocols, string name, params SslApplicationProtocol[] offered)
    {
        NetworkStream plain = await DialAsync(port);
        await plain.WriteAsync(Encoding.ASCII.GetBytes(before), HangLimit);
        var stream = new SslStream(plain);
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name,
                    EnabledSslProtocols = protocols,
                    ApplicationProtocols = [.. offered],
                    RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
                },
                HangLimit);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The certificate that a port shows now.</summary>
    public static async Task<X509Certificate2> ShownAsync(int port)
    {
        await using SslStream stream = await ConnectAsync(port);
        return X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.GetRawCertData());
    }

    /// <summary>Sends a request and reads until the server closes.</summary>
    public static async Task<string> AskAsync(Stream stream, string request)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), HangLimit);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(HangLimit);
    }

    /// <summary>GETs a page over TLS, and gives the whole answer.</summary>
    public async Task<string> GetAsync(string path, string before = "")
    {
        await using SslStream stream = await ConnectAsync(Https, before, SslProtocols.None, "localhost");
        return await AskAsync(stream, $"GET {path} HTTP/1.1\r\nHost: radio.example:{Https}\r\nConnection: close\r\n\r\n");
    }

    public async ValueTask DisposeAsync()
    {
        await _hosted.DisposeAsync();
        _folder.Dispose();
    }
}
