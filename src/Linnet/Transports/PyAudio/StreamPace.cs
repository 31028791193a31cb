using Linnet.Clock;

namespace Linnet.Transports.PyAudio;

/// <summary>
/// Says when sound that carries neither number nor time would have arrived, had each piece been sent the moment its first frame is due.
/// Pure: the caller brings the clock.
/// </summary>
/// <remarks>
/// A server that paces sends in step, perhaps some sound in advance; one that does not sends as fast as it is read. Both are taken as if
/// they played from the first piece on: what comes before its time is put at its time; what comes after is as late as it is. The sender's
/// clock is followed where it paces: at once when it gains, by at most <see cref="Leak"/> when it falls behind. What comes later than can
/// be bridged starts anew, and what lies between is a silence of unknown length: whether sound was lost or only stood still cannot be
/// known.
/// </remarks>
/// <param name="sampleRate">Frames per second.</param>
/// <param name="ticksPerSecond">Of the clock.</param>
/// <param name="tolerance">By how many ticks sound may be late without starting anew.</param>
internal sealed class StreamPace(int sampleRate, long ticksPerSecond, long tolerance)
{
    /// <summary>Share by which a sender may be slower than we are: the tutorial's UDP server is by 0.18 %.</summary>
    private const double Leak = 0.002;

    private const double MostCreditSeconds = 0.05;

    private readonly long _mostCredit = (long)(MostCreditSeconds * ticksPerSecond);
    private MediaTimeline? _timeline;
    private long _earliness;
    private long _lastNow;

    // By how much sound may come earlier than before and be a clock that gains, or one that was taken for slower than it is; more was sent
    // in advance.
    private long _credit;
    private bool _isHeldBack;

    /// <summary>We do not read as fast as the sender sends: when sound comes says nothing of its clock any more.</summary>
    internal void HoldBack() => _isHeldBack = true;

    /// <summary>When the frame at <paramref name="position"/> arrives, now that it is here.</summary>
    /// <param name="position">Frames before it.</param>
    /// <param name="now">The current time.</param>
    /// <param name="startsAnew">Whether this is the first piece, or one that came too late for what was before.</param>
    internal long ArrivalOf(long position, long now, out bool startsAnew)
    {
        if (_timeline is not { } timeline)
        {
            startsAnew = true;
            return Begin(position, now);
        }

        long early = timeline.DueAt(position) - now;
        startsAnew = early < -tolerance;
        if (startsAnew)
        {
            return Begin(position, now);
        }

        Follow(early, now);
        return Math.Max(now, _timeline!.Value.DueAt(position));
    }

    /// <summary>Moves the timeline so that the earliest pieces stay as early as they are.</summary>
    private void Follow(long early, long now)
    {
        long drift = Leaked(now - _lastNow);
        _lastNow = now;
        _credit = Math.Min(_mostCredit, _credit + drift);
        long gain = early - _earliness;
        if (gain > _credit)
        {
            _earliness = early;
        }
        else if (!_isHeldBack)
        {
            long shift = Math.Min(-gain, drift);
            _credit = Math.Min(_mostCredit, _credit + shift);
            _timeline = _timeline!.Value with { Epoch = _timeline.Value.Epoch + shift };
        }
    }

    private static long Leaked(long ticks) => (long)(ticks * Leak);

    private long Begin(long position, long now)
    {
        var media = new MediaTimeline(0, sampleRate, ticksPerSecond);
        _timeline = media with { Epoch = now - media.DueAt(position) };
        _earliness = 0;
        _credit = 0;
        _lastNow = now;
        _isHeldBack = false;
        return now;
    }
}
