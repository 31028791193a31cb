using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Linnet.Server.Hosting;

/// <summary>A station that is opened when its host starts.</summary>
/// <param name="Options">Its name, encodings and limits.</param>
/// <param name="Open">Opens its source, or the fallback of a station that is pushed to.</param>
/// <param name="IsPushed">Whether clients push its audio.</param>
internal sealed record HostedStation(StationOptions Options, Func<IServiceProvider, IAudioSource>? Open, bool IsPushed)
{
    /// <summary>Opens all stations of the options, and the server's own ports. Nothing is served before it runs.</summary>
    internal static StationServer OpenServer(IServiceProvider services)
    {
        LinnetOptions options = services.GetRequiredService<IOptions<LinnetOptions>>().Value;
        TimeProvider time = services.GetRequiredService<TimeProvider>();
        ILoggerFactory loggers = services.GetRequiredService<ILoggerFactory>();
        var stations = new List<Station>();
        var pushed = new List<IngestStation>();
        try
        {
            foreach (HostedStation station in options.Stations)
            {
                IAudioSource? source = station.Open?.Invoke(services);
                try
                {
                    if (station.IsPushed)
                    {
                        pushed.Add(new IngestStation(station.Options, fallback: source));
                    }
                    else
                    {
                        stations.Add(new Station(station.Options, source!, time, loggers.CreateLogger<Station>()));
                    }
                }
                catch
                {
                    source?.Dispose();
                    throw;
                }
            }

            StationServer server =
                StationServer.Open(stations, options.Server, time, loggers.CreateLogger<StationServer>(), pushed);
            if (server.Front is HttpFront front)
            {
                front.Site = HttpSite.Shared;
            }

            return server;
        }
        catch
        {
            stations.ForEach(static station => station.Dispose());
            pushed.ForEach(static station => station.Dispose());
            throw;
        }
    }
}
