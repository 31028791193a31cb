using System.Net;

namespace Linnet.Server.Hosting;

/// <summary>Where the HTTP side of a server listens, and who may look into it.</summary>
public sealed record RadioHostOptions : IValidatable
{
    /// <summary>The networks that see <c>/metrics</c> unless told otherwise: this machine alone.</summary>
    public static IReadOnlyList<IPNetwork> ThisMachine { get; } = [new(IPAddress.Parse("127.0.0.0"), 8), new(IPAddress.IPv6Loopback, 128)];

    /// <summary>The address to listen at; <see langword="null"/> (the default): all of this machine's, IPv4 and IPv6.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>TCP port, 0–65535; 0: any free one. Default 8000.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>Who may read <c>/metrics</c>: it tells what the server does, not who listens. Default: this machine alone.</summary>
    public IReadOnlyList<IPNetwork> MetricsNetworks { get; init; } = ThisMachine;

    /// <summary>How long a page's answer may go on when the server stops. 0–60 s; default 2 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Port is < 0 or > 65_535)
        {
            yield return $"The HTTP port is {Port}; it must be between 0 and 65535.";
        }

        if (ShutdownTimeout.TotalSeconds is < 0 or > 60)
        {
            yield return $"{nameof(ShutdownTimeout)} is {ShutdownTimeout}; it must be between 0 and 60 s.";
        }
    }
}
