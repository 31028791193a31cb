using System.Net;
using Linnet.Server.Hosting;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http.Radio;

namespace Linnet.Server;

/// <summary>The stations of a host and how they are served: the options of <see cref="HostingExtensions.AddLinnet"/>.</summary>
/// <remarks>
/// Some can also be set in the host's configuration, below <c>Linnet</c> (docs/hosting.md). Code is applied after the configuration. They
/// are checked when the host starts.
/// </remarks>
public sealed class LinnetOptions : IValidatable
{
    private readonly List<HostedStation> _stations = [];

    /// <summary>The networks that may read <c>/metrics</c> by default: this machine only.</summary>
    public static IReadOnlyList<IPNetwork> ThisMachine { get; } = [new(IPAddress.Parse("127.0.0.0"), 8), new(IPAddress.IPv6Loopback, 128)];

    /// <summary>
    /// Limits, ports and the push password. Change a part with <c>with</c>:
    /// <c>linnet.Server = linnet.Server with { Push = new() { Password = … } }</c>. Default: HTTP through the host, and no port of its
    /// own.
    /// </summary>
    public StationServerOptions Server { get; set; } = new() { RtspPort = null, RtpPort = null, Radio = new RadioServerOptions() };

    /// <summary>
    /// The networks that may read <c>/metrics</c>, which shows what the server does but not who listens. Default: this machine only.
    /// </summary>
    public IReadOnlyList<IPNetwork> MetricsNetworks { get; set; } = ThisMachine;

    /// <summary>The setting of <see cref="MetricsNetworks"/> as the operator knows it, for the answer to those who may not read.</summary>
    internal string MetricsSetting { get; set; } = $"{nameof(LinnetOptions)}.{nameof(MetricsNetworks)}";

    /// <summary>Whether a browser that asks for the page without TLS is sent to the port with TLS.</summary>
    internal bool RedirectsPages { get; set; }

    /// <summary>The stations to open when the host starts, in order.</summary>
    internal IReadOnlyList<HostedStation> Stations => _stations;

    /// <summary>Adds a station that plays a source.</summary>
    /// <param name="name">Its name in URLs: lower-case letters, digits and hyphens.</param>
    /// <param name="open">Opens the source when the host starts. The station owns and disposes it.</param>
    public LinnetOptions AddStation(string name, Func<IServiceProvider, IAudioSource> open) =>
        AddStation(new StationOptions { Name = name }, open);

    /// <summary>Adds a station that plays a source.</summary>
    /// <param name="station">Its name, encodings and limits.</param>
    /// <param name="open">Opens the source when the host starts. The station owns and disposes it.</param>
    public LinnetOptions AddStation(StationOptions station, Func<IServiceProvider, IAudioSource> open)
    {
        ArgumentNullException.ThrowIfNull(station);
        ArgumentNullException.ThrowIfNull(open);
        _stations.Add(new HostedStation(station, open, IsPushed: false));
        return this;
    }

    /// <summary>Adds a station whose audio a source client pushes. Pushing needs a password in <see cref="Server"/>.</summary>
    /// <param name="name">Its name in URLs: lower-case letters, digits and hyphens. Silence plays while no client pushes.</param>
    public LinnetOptions AddPushStation(string name) => AddPushStation(new StationOptions { Name = name });

    /// <summary>Adds a station whose audio a source client pushes. Pushing needs a password in <see cref="Server"/>.</summary>
    /// <param name="station">Its name, encodings and limits.</param>
    /// <param name="fallback">Opens what plays while no client pushes; <see langword="null"/>: silence. It must not be live.</param>
    public LinnetOptions AddPushStation(StationOptions station, Func<IServiceProvider, IAudioSource>? fallback = null)
    {
        ArgumentNullException.ThrowIfNull(station);
        _stations.Add(new HostedStation(station, fallback, IsPushed: true));
        return this;
    }

    /// <summary>Opens ports for RTSP, which <c>linnet play</c> and many players speak.</summary>
    /// <param name="port">TCP port, 0–65535; 0: any free one.</param>
    /// <param name="rtpPort">UDP port, 0–65534; the next one is used, too. 0: any free pair; <see langword="null"/>: TCP only.</param>
    public LinnetOptions ServeRtsp(int port = 8554, int? rtpPort = 8556)
    {
        Server = Server with { RtspPort = port, RtpPort = rtpPort };
        return this;
    }

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        foreach (string problem in Server.Problems().Concat(_stations.SelectMany(static s => s.Options.Problems())))
        {
            yield return problem;
        }

        foreach (string name in _stations.GroupBy(static s => s.Options.Name).Where(static g => g.Count() > 1).Select(static g => g.Key))
        {
            yield return $"There are two stations named {name}: give one another name.";
        }
    }
}
