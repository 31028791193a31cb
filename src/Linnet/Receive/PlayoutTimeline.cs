using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>When each position arrives if nothing delays it: the sender's media clock as it appears through the network.</summary>
/// <remarks>
/// A packet that met no queue arrives on a line, all others later. So the line goes through the minimum of
/// <c>arrival − position/rate</c> over a window: neither jitter, which only adds, nor a burst of history at the start, whose packets
/// are all overdue but the newest, moves it; and its slope is how much the two clocks differ (<see cref="ClockSlope"/>). The window
/// forgets, so that it follows a path that has become longer; at once if for half a second everything came too late to be played, for
/// then the sender or the path stood still and will not catch up. A step of more than <see cref="StepMs"/> is told
/// (<see cref="ArrivalLine.Shifted"/>), so that who follows the line need not follow it at once.
/// Written by the network's thread, read by any.
/// </remarks>
internal sealed class PlayoutTimeline
{
    /// <summary>From here on a change of the line is the path's, not a correction.</summary>
    private const int StepMs = 2;

    // What was the earliest for so long is the path.
    private const int Window = 16;
    private const int Smoothing = 16;
    private const double SlotSeconds = 0.5;

    // A reader would have to be held up while so many packets arrive.
    private const int Published = 8;

    private readonly ArrivalLine[] _published = new ArrivalLine[Published];
    private readonly MediaTimeline _media;
    private readonly ClockSlope _slope;
    private readonly long _slotTicks;
    private readonly long _step;
    private readonly long _tolerance;
    private ArrivalLine _line;
    private int _version;
    private long _slotEnds;
    private long _slotMedia;
    private long _slotOrigin;
    private long _lastArrivedAt;

    /// <param name="first">The packet that begins it.</param>
    /// <param name="firstSequence">The first it is for; those before belong to an older one.</param>
    /// <param name="media">The stream's clock, with epoch 0.</param>
    /// <param name="tolerance">By how many ticks a packet may come late and still be played.</param>
    internal PlayoutTimeline(in BufferedPacket first, long firstSequence, MediaTimeline media, long tolerance)
    {
        Stream = first.Stream;
        FirstSequence = firstSequence;
        FirstArrivedAt = _lastArrivedAt = first.ArrivedAt;
        _media = media;
        _tolerance = tolerance;
        _slope = new ClockSlope(media.TicksPerSecond);
        _slotTicks = (long)(SlotSeconds * media.TicksPerSecond);
        _step = StepMs * media.TicksPerSecond / 1000;
        _slotEnds = first.ArrivedAt + _slotTicks;
        _slotMedia = media.DueAt(first.Position);
        _slotOrigin = first.ArrivedAt - _slotMedia;
        _line = new ArrivalLine(media, _slotMedia, _slotOrigin, Slope: 0, Shifted: 0);
        Publish();
    }

    /// <summary>The stream it is for.</summary>
    internal int Stream { get; }

    /// <summary>The first packet it is for.</summary>
    internal long FirstSequence { get; }

    /// <summary>Whether our clock tells how much is missing between the stream before and this one; else they follow each other.</summary>
    internal bool FollowsByTime { get; init; } = true;

    /// <summary>When the packet that began it arrived.</summary>
    internal long FirstArrivedAt { get; }

    /// <summary>When the last packet that was taken into account arrived.</summary>
    internal long LastArrivedAt => Volatile.Read(ref _lastArrivedAt);

    /// <summary>What is known now.</summary>
    internal ArrivalLine Line
    {
        get
        {
            while (true)
            {
                int version = Volatile.Read(ref _version);
                ArrivalLine line = _published[version & (Published - 1)];
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref _version) - version < Published - 1)
                {
                    return line;
                }
            }
        }
    }

    /// <summary>Takes one arrival into account.</summary>
    /// <returns>By how many ticks it came later than undelayed.</returns>
    internal long Observe(long position, long arrivedAt)
    {
        long media = _media.DueAt(position);
        long origin = arrivedAt - media;
        if (arrivedAt >= _slotEnds)
        {
            CloseSlot();

            // Time in which nothing arrives ages nothing: what was known before a silence holds after it.
            _slotEnds = arrivedAt + _slotTicks;
            (_slotMedia, _slotOrigin) = (media, origin);
        }
        else if (Delay(media, origin) < Delay(_slotMedia, _slotOrigin))
        {
            (_slotMedia, _slotOrigin) = (media, origin);
        }

        long delay = Delay(media, origin);
        if (delay < 0)
        {
            Move(_line with { Origin = _line.Origin + delay }, newest: 0);
            delay = 0;
        }

        Publish();
        Volatile.Write(ref _lastArrivedAt, arrivedAt);
        return delay;
    }

    private long Delay(long media, long origin) => origin - _line.OriginAt(media);

    private void CloseSlot()
    {
        if (_slope.Count == 0 || _slotMedia > _slope[_slope.Count - 1].Media)
        {
            _slope.Add(_slotMedia, _slotOrigin);
        }

        int newest = Delay(_slotMedia, _slotOrigin) > _tolerance ? 1 : Window;
        Move(LineThrough(newest), newest);
    }

    // The further back a point is, the less it says about now.
    private ArrivalLine LineThrough(int newest)
    {
        double slope = _slope.Value;
        double lowest = double.MaxValue;
        for (int i = Math.Max(0, _slope.Count - newest); i < _slope.Count; i++)
        {
            (long media, long origin) = _slope[i];
            double age = _slotMedia - media;
            lowest = Math.Min(lowest, origin - _slotOrigin + ((slope + _slope.Doubt) * age));
        }

        return _line with { Anchor = _slotMedia, Origin = _slotOrigin + (long)Math.Round(lowest), Slope = slope };
    }

    private void Move(ArrivalLine line, int newest)
    {
        long change = line.Origin - _line.OriginAt(line.Anchor);
        if (Math.Abs(change) > _step)
        {
            _slope.Shift(change, newest);
            line = line with { Shifted = line.Shifted + change };
        }
        else if (_slope.Count > Window)
        {
            // The earliest of some seconds is a little later or earlier each time.
            line = line with { Origin = line.Origin - change + (change / Smoothing) };
        }

        _line = line;
    }

    private void Publish()
    {
        _published[(_version + 1) & (Published - 1)] = _line;
        Volatile.Write(ref _version, _version + 1);
    }
}
