using System.Net;
using Linnet.Clock;
using Linnet.Playback;
using Linnet.Sources.Ingest;
using Linnet.Transports;
using Linnet.Transports.Http.Pull;
using Linnet.Wire.Icy;
using Microsoft.Extensions.Logging;

namespace Linnet.Serving.Pulls;

/// <summary>
/// Fetches a stream over HTTP as a listener does, from Icecast, SHOUTcast or another Linnet, repeatedly, for a local station.
/// </summary>
/// <remarks>Source: docs/wire/icy.md.</remarks>
/// <param name="address">An address of http or https; user and password in it are sent to that server alone.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what happens.</param>
/// <param name="sideOf">Tells on which side an address lies, in place of <see cref="InnerNetwork"/>.</param>
/// <param name="trust">The certificates that are accepted over TLS; <see langword="null"/>: those that this system trusts.</param>
internal sealed class HttpPull(
    Uri address, TimeProvider time, ILogger logger, Func<IPAddress, NetworkSide>? sideOf = null, ServerTrust? trust = null)
{
    /// <summary>Fetches until cancelled.</summary>
    internal Task RunAsync(IngestBuffer station, CancellationToken cancellationToken)
    {
        var search = new StreamSearch(address, time, problem => logger.MirrorFailed(station.Name, problem), sideOf, trust);
        return new PullLoop(address, time, logger).RunAsync(
            station, (backoff, token) => FetchAsync(search, station, backoff, token), cancellationToken);
    }

    private async Task<string> FetchAsync(StreamSearch search, IngestBuffer station, Backoff backoff, CancellationToken cancellationToken)
    {
        try
        {
            using HttpStream stream =
                await search.OpenAsync((from, answer) => Begin(station, from, answer), cancellationToken).ConfigureAwait(false);
            backoff.Reset();
            return await stream.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HttpPullException e) when (e.IsLasting)
        {
            backoff.Slow();
            return e.Message;
        }
    }

    private IngestWriter Begin(IngestBuffer station, Uri from, PullAnswer answer)
    {
        if (!station.TryBegin(PullAddress.Shown(from), takesOver: true, out IngestWriter? writer))
        {
            throw new HttpPullException($"{PullAddress.Shown(from)} has no station to play on.");
        }

        writer.Description = IceDescription.Read(answer.Headers);
        logger.PullBegins(station.Name, PullAddress.Shown(from));
        return writer;
    }
}
