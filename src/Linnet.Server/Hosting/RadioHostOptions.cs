using System.Net;
using Linnet.Server.Hosting.Tls;

namespace Linnet.Server.Hosting;

/// <summary>Where a server's HTTP side listens, and which clients may read its metrics.</summary>
internal sealed record RadioHostOptions : IValidatable
{
    /// <summary>The address to listen on; <see langword="null"/> (the default) for all addresses of this machine, IPv4 and IPv6.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>TCP port for HTTP without TLS, 0–65535; 0: any free one; <see langword="null"/>: none. Default 8000.</summary>
    public int? Port { get; init; } = 8000;

    /// <summary>TCP port for HTTP over TLS, 0–65535; 0: any free one; <see langword="null"/>, the default: none. Needs <see cref="Tls"/>.
    /// </summary>
    public int? HttpsPort { get; init; }

    /// <summary>TCP port for RTSP over TLS, 0–65535; 0: any free one; <see langword="null"/>, the default: none. Needs <see cref="Tls"/>.
    /// </summary>
    public int? RtspsPort { get; init; }

    /// <summary>The certificate for the ports with TLS; <see langword="null"/>, the default: there are none.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>
    /// Whether a browser that asks for the page without TLS is sent to the port with TLS. Streams and everything that programs read is
    /// served on both. Default: no.
    /// </summary>
    public bool RedirectsPages { get; init; }

    /// <summary>Whether it serves HTTP, with or without TLS.</summary>
    internal bool HasHttp => Port is not null || HttpsPort is not null;

    /// <summary>
    /// The networks that may read <c>/metrics</c>, which shows what the server does but not who listens. Default: this machine only.
    /// </summary>
    public IReadOnlyList<IPNetwork> MetricsNetworks { get; init; } = LinnetOptions.ThisMachine;

    /// <summary>How long a page's response may continue when the server stops. 0–60 s; default 2 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(Port ?? 0, 0, 65_535, name: "The HTTP port")
        .Between(HttpsPort ?? 0, 0, 65_535, name: "The HTTPS port")
        .Between(RtspsPort ?? 0, 0, 65_535, name: "The RTSPS port")
        .Require(HasHttp || RtspsPort is not null, $"There is no port: set one of them.")
        .Require(Tls is not null || (HttpsPort is null && RtspsPort is null), $"The ports with TLS need a certificate.")
        .Require(
            new[] { Port, HttpsPort, RtspsPort }.OfType<int>().Where(static p => p > 0).CountBy(static p => p)
                .All(static p => p.Value == 1),
            $"Two of the HTTP, HTTPS and RTSPS ports are the same: give each its own.")
        .Between(ShutdownTimeout, "0", "60 s");
}
