using Linnet.Clock;

namespace Linnet.Transports.Rtp;

/// <summary>
/// Calculates when audio without numbers or timestamps would have arrived if each piece had been sent when its first frame was due. Pure:
/// the caller provides the time.
/// </summary>
/// <remarks>
/// A paced server sends in step, perhaps with some audio in advance; an unpaced one sends as fast as it is read. Both are treated as if
/// they played from the first piece on: a piece that is early gets its due time, a piece that is late stays late. The clock of a paced
/// sender is followed: at once when it gains, by at most <see cref="Leak"/> when it falls behind. A gap too long to bridge restarts the
/// timeline, as a silence of unknown length: the audio may have been lost or only paused.
/// </remarks>
/// <param name="sampleRate">Frames per second.</param>
/// <param name="ticksPerSecond">Ticks per second of the clock.</param>
/// <param name="tolerance">How late audio may be without a restart, in ticks.</param>
internal sealed class StreamPace(int sampleRate, long ticksPerSecond, long tolerance)
{
    /// <summary>How much slower than our clock a sender may be, as a fraction: the tutorial's UDP server is 0.18 % slower.</summary>
    private const double Leak = 0.002;

    private const double MostCreditSeconds = 0.05;

    private readonly long _mostCredit = (long)(MostCreditSeconds * ticksPerSecond);
    private MediaTimeline? _timeline;
    private long _earliness;
    private long _lastNow;

    // How much earlier than before audio may arrive and still be explained by a sender's faster clock, or by one that was estimated as too
    // slow. More than this was sent in advance.
    private long _credit;
    private bool _isHeldBack;

    /// <summary>Call when we read slower than the sender sends: from then on, arrival times say nothing about its clock.</summary>
    internal void HoldBack() => _isHeldBack = true;

    /// <summary>Whether the frame at <paramref name="position"/> comes too late to go on with what was before.</summary>
    internal bool IsLate(long position, long now) => _timeline is { } timeline && timeline.DueAt(position) - now < -tolerance;

    /// <summary>When the frame at <paramref name="position"/> arrives, now that it is here.</summary>
    /// <param name="position">The number of frames before it.</param>
    /// <param name="now">The current time.</param>
    /// <param name="startsAnew">Whether this is the first piece, or came too late to continue the timeline.</param>
    internal long ArrivalOf(long position, long now, out bool startsAnew)
    {
        if (_timeline is not { } timeline)
        {
            startsAnew = true;
            return Begin(position, now);
        }

        startsAnew = IsLate(position, now);
        if (startsAnew)
        {
            return Begin(position, now);
        }

        Follow(timeline.DueAt(position) - now, now);
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
