using System.Net;

namespace Linnet.Server.Hosting;

/// <summary>Where a server's HTTP side listens, and which clients may read its metrics.</summary>
internal sealed record RadioHostOptions : IValidatable
{
    /// <summary>The address to listen on; <see langword="null"/> (the default) for all addresses of this machine, IPv4 and IPv6.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>TCP port, 0–65535; 0: any free one. Default 8000.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>
    /// The networks that may read <c>/metrics</c>, which shows what the server does but not who listens. Default: this machine only.
    /// </summary>
    public IReadOnlyList<IPNetwork> MetricsNetworks { get; init; } = LinnetOptions.ThisMachine;

    /// <summary>How long a page's response may continue when the server stops. 0–60 s; default 2 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Between(Port, 0, 65_535, name: "The HTTP port")
        .Between(ShutdownTimeout, "0", "60 s");
}
