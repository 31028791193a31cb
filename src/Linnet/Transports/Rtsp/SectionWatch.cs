using Linnet.Receive;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// Notices that the current audio section gives no audio, if there are others: cameras describe their back channel in the same way.
/// </summary>
internal sealed class SectionWatch(RtspReceiverOptions options, TimeProvider time, ILogger logger)
{
    private bool _hasSound;

    /// <summary>Wraps a sink to notice the first packet.</summary>
    internal IRtpSink Watch(IRtpSink sink) => new Sink(this, sink);

    /// <summary>Throws when the next section is to be tried; otherwise never returns.</summary>
    /// <exception cref="RtspException">Nothing arrived for too long.</exception>
    internal async Task RunAsync(RtspSession session, CancellationToken cancellationToken)
    {
        if (options.Sections.MayGoOn(session.Description.Sections))
        {
            await Task.Delay(options.SectionPatience, time, cancellationToken).ConfigureAwait(false);
            if (!Volatile.Read(ref _hasSound))
            {
                options.Sections.OnSilence();
                logger.SectionSilent(session.Client.Server, options.SectionPatience.TotalSeconds);
                throw RtspFailure.SilentSection(session.Client.Server, options.SectionPatience);
            }
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
    }

    private void OnSound()
    {
        if (!_hasSound)
        {
            Volatile.Write(ref _hasSound, true);
            options.Sections.OnSound();
        }
    }

    private sealed class Sink(SectionWatch watch, IRtpSink next) : PassingSink(next)
    {
        public override void OnRtp(ReadOnlySpan<byte> datagram, long arrivedAt)
        {
            watch.OnSound();
            base.OnRtp(datagram, arrivedAt);
        }
    }
}
