using System.Net.Sockets;
using Linnet.Clock;
using Linnet.Playback;
using Linnet.Sources.Ingest;
using Linnet.Transports.Http.Pull;
using Microsoft.Extensions.Logging;

namespace Linnet.Serving.Pulls;

/// <summary>Fetches a station's sound again and again, with a wait between that grows while none comes.</summary>
/// <param name="address">Where from, for people.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what happens.</param>
internal sealed class PullLoop(string address, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    /// <summary>Fetches until cancelled; whatever goes wrong, it is tried again.</summary>
    /// <param name="station">Where to.</param>
    /// <param name="fetchAsync">Fetches once, resets the wait when sound has come, and says why it is over. What it throws is over,
    /// too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task RunAsync(
        IngestBuffer station, Func<Backoff, CancellationToken, Task<string>> fetchAsync, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(MinWait, MaxWait, new Random());
        while (true)
        {
            string problem;
            try
            {
                problem = await fetchAsync(backoff, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                problem = StreamSearch.Problem(address, e);
                if (e is not (IOException or SocketException))
                {
                    logger.PullFailedHere(e, station.Name);
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan wait = backoff.Next();
            logger.PullInterrupted(station.Name, problem, wait.TotalSeconds);
            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
