using Linnet.Transports.Rtp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// Notices that audio no longer arrives over UDP although the server is there and sends it: a firewall, a translator with a new mapping or
/// another network is in the way.
/// </summary>
/// <remarks>
/// Our server is asked repeatedly how many packets it has sent. While that does not grow, the station itself is silent (a paused pipe, a
/// stalled device) and the path is fine. Other servers do not say: if they answer, the path counts as lost.
/// </remarks>
internal sealed class UdpWatch(RtspSession session, RtpReceiver rtp, TimeProvider time)
{
    /// <summary>The time between the two questions: our stations send at least eight packets in it.</summary>
    internal static readonly TimeSpan Lead = TimeSpan.FromSeconds(1);

    /// <summary>Packets that the server has just sent may still be on the way.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns when the path is lost; otherwise never.</summary>
    /// <param name="firstPatience">How long the first packet may take.</param>
    /// <param name="cancellationToken">Stops watching.</param>
    /// <exception cref="RtspException">The server does not answer, or has ended our session.</exception>
    internal async Task RunAsync(TimeSpan firstPatience, CancellationToken cancellationToken)
    {
        while (!await IsLostAsync(firstPatience, cancellationToken).ConfigureAwait(false))
        {
            // The server itself is silent, or audio has arrived meanwhile.
        }
    }

    private async Task<bool> IsLostAsync(TimeSpan firstPatience, CancellationToken cancellationToken)
    {
        long? before = null;
        long heardAt = rtp.SoundAt;
        if (session.TellsSent)
        {
            await WaitForSilenceAsync(firstPatience, Lead, cancellationToken).ConfigureAwait(false);
            heardAt = rtp.SoundAt;
            before = await session.AskSentAsync(RtspReceiverOptions.SilentReplyTimeout, cancellationToken).ConfigureAwait(false);
        }

        await WaitForSilenceAsync(firstPatience, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        if (before is not null && rtp.SoundAt != heardAt)
        {
            return false;
        }

        heardAt = rtp.SoundAt;
        if (session.TellsSent || rtp.HasSound)
        {
            long? after = await session.AskSentAsync(RtspReceiverOptions.SilentReplyTimeout, cancellationToken).ConfigureAwait(false);
            while (after <= before)
            {
                // The station itself is silent. Keep asking, so that a lost path is noticed as soon as it sends again.
                await Task.Delay(Lead, time, cancellationToken).ConfigureAwait(false);
                after = await session.AskSentAsync(RtspReceiverOptions.SilentReplyTimeout, cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(Grace, time, cancellationToken).ConfigureAwait(false);
        }

        return rtp.SoundAt == heardAt;
    }

    // Returns this much before the patience runs out.
    private async Task WaitForSilenceAsync(TimeSpan firstPatience, TimeSpan lead, CancellationToken cancellationToken)
    {
        while ((rtp.HasSound ? RtspReceiverOptions.SoundPatience : firstPatience) - lead - rtp.SoundSilentFor is var left
            && left > TimeSpan.Zero)
        {
            // Task.Delay rounds down to whole milliseconds.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), time, cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
