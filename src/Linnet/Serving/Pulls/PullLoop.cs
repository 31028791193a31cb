using System.Net.Sockets;
using Linnet.Clock;
using Linnet.Playback;
using Linnet.Sources.Ingest;
using Linnet.Transports.Http.Pull;
using Microsoft.Extensions.Logging;

namespace Linnet.Serving.Pulls;

/// <summary>Fetches a station's sound repeatedly. The wait between attempts grows while no sound comes.</summary>
/// <param name="address">The address to fetch from, for log messages, which do not show its password.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what happens.</param>
internal sealed class PullLoop(Uri address, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan MinWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    /// <summary>Fetches until cancelled; every failure is followed by another attempt.</summary>
    /// <param name="station">The buffer of the station that gets the sound.</param>
    /// <param name="fetchAsync">Fetches once, resets the wait when sound has come, and returns why it ended. An exception
    /// ends the attempt, too.</param>
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
