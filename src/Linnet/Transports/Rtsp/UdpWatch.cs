using Linnet.Transports.Rtp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// Notices that sound no longer comes by UDP though the server lives and sends it: a firewall, a translator that maps anew or another
/// network stands between.
/// </summary>
/// <remarks>
/// A server of ours is asked again and again how much it has sent; as long as that does not grow, the station itself is silent (a pipe that
/// pauses, a device that stalls), and nothing is wrong with the way. Others do not say: they live if they answer, and then the way counts
/// as lost.
/// </remarks>
internal sealed class UdpWatch(RtspSession session, RtpReceiver rtp, RtspReceiverOptions options, TimeProvider time)
{
    /// <summary>Between the two questions: a station of ours sends at least eight packets in it.</summary>
    internal static readonly TimeSpan Lead = TimeSpan.FromSeconds(1);

    /// <summary>What the server began to send just now may still be under way.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns when the way is lost, else never.</summary>
    /// <param name="firstPatience">How long the first packet may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RtspException">The server does not answer, or has forgotten us.</exception>
    internal async Task RunAsync(TimeSpan firstPatience, CancellationToken cancellationToken)
    {
        while (!await IsLostAsync(firstPatience, cancellationToken).ConfigureAwait(false))
        {
            // The server itself is silent, or sound has come meanwhile.
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
            before = await session.AskSentAsync(options.SilentReplyTimeout, cancellationToken).ConfigureAwait(false);
        }

        await WaitForSilenceAsync(firstPatience, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        if (before is not null && rtp.SoundAt != heardAt)
        {
            return false;
        }

        heardAt = rtp.SoundAt;
        if (session.TellsSent || rtp.HasSound)
        {
            long? after = await session.AskSentAsync(options.SilentReplyTimeout, cancellationToken).ConfigureAwait(false);
            while (after <= before)
            {
                // The station itself is silent. When it goes on it is to be heard, and if it is not, that is to be noticed as soon.
                await Task.Delay(Lead, time, cancellationToken).ConfigureAwait(false);
                after = await session.AskSentAsync(options.SilentReplyTimeout, cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(Grace, time, cancellationToken).ConfigureAwait(false);
        }

        return rtp.SoundAt == heardAt;
    }

    // Returns so long before there is too little patience left.
    private async Task WaitForSilenceAsync(TimeSpan firstPatience, TimeSpan lead, CancellationToken cancellationToken)
    {
        while ((rtp.HasSound ? options.SoundPatience : firstPatience) - lead - rtp.SoundSilentFor is var left && left > TimeSpan.Zero)
        {
            // Task.Delay cuts to whole milliseconds.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), time, cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
