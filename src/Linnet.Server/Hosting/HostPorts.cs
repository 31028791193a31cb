using Linnet.Server.Hosting.Tls;
using Linnet.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Linnet.Server.Hosting;

/// <summary>The ports of a <see cref="RadioHost"/>. Their numbers are known when it has started.</summary>
internal sealed class HostPorts
{
    private const string HttpRefusal = "This port speaks HTTPS only: write https:// in the address.\n";
    private const string RtspRefusal = "This port speaks RTSP over TLS only: write rtsps:// in the address.\n";

    /// <summary>HTTP without TLS; <see langword="null"/>: off.</summary>
    internal ListenOptions? Http { get; private set; }

    /// <summary>HTTP over TLS; <see langword="null"/>: off.</summary>
    internal ListenOptions? Https { get; private set; }

    /// <summary>RTSP over TLS; <see langword="null"/>: off.</summary>
    internal ListenOptions? Rtsps { get; private set; }

    /// <summary>Adds the ports to the web server, which opens them when it starts.</summary>
    internal void Open(
        KestrelServerOptions kestrel, RadioHostOptions options, TlsCertificates? certificates, StationServer server, TimeProvider time)
    {
        if (options.Port is int http)
        {
            kestrel.Listen(HttpPort.EndPoint(options, http), listen =>
            {
                Http = listen;
                listen.Protocols = HttpProtocols.Http1;
                listen.UseLinnet();
            });
        }

        if (certificates is null)
        {
            return;
        }

        var front = new TlsFront(server, time);
        if (options.HttpsPort is int https)
        {
            kestrel.Listen(HttpPort.EndPoint(options, https), listen =>
            {
                Https = listen;
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                front.Use(listen, () => certificates.Current.Https, Refusal("HTTP/1.1 400 Bad Request", HttpRefusal));
                listen.UseLinnet();
            });
        }

        if (options.RtspsPort is int rtsps)
        {
            kestrel.Listen(HttpPort.EndPoint(options, rtsps), listen =>
            {
                Rtsps = listen;
                front.Use(listen, () => certificates.Current.Rtsps, Refusal("RTSP/1.0 403 Forbidden", RtspRefusal));
                listen.UseConnectionHandler<RtspConnectionHandler>();
            });
        }
    }

    private static string Refusal(string status, string text) =>
        $"{status}\r\nContent-Type: text/plain\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}";
}
