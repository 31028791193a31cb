using Linnet.Clock;

namespace Linnet.Receive;

/// <summary>When each position would arrive without network delay: the sender's media clock as seen through the network.</summary>
/// <remarks>
/// Packets that met no queue arrive on a line, all others later. So the line goes through the minimum of <c>arrival − position/rate</c>
/// over a window. Jitter, which only adds delay, does not move it. Neither does a burst of history at the start, in which all packets
/// but the newest are overdue. Its slope is the difference between the two clocks (<see cref="ClockSlope"/>). The window forgets, so
/// the line follows a path that has become longer. It moves at once if for half a second all packets were too late to be played: the
/// sender or the path then stood still and will not catch up. A step of more than <see cref="StepMs"/> is reported in
/// <see cref="ArrivalLine.Shifted"/>, so that followers need not apply it at once. Written by the network thread, read by any.
/// </remarks>
internal sealed class PlayoutTimeline
{
    /// <summary>A larger change of the line is a change of the path, not a correction.</summary>
    private const int StepMs = 2;

    // The earliest arrivals over this many slots define the path.
    private const int Window = 16;
    private const int Smoothing = 16;
    private const double SlotSeconds = 0.5;

    // A read must be repeated only if this many packets arrive during it.
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

    /// <param name="first">The packet that begins the timeline.</param>
    /// <param name="firstSequence">The first packet it applies to. Earlier packets belong to the previous timeline.</param>
    /// <param name="media">The stream's clock, with epoch 0.</param>
    /// <param name="tolerance">How many ticks late a packet may be and still be played.</param>
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

    /// <summary>The number of the stream it applies to.</summary>
    internal int Stream { get; }

    /// <summary>The sequence number of the first packet it applies to.</summary>
    internal long FirstSequence { get; }

    /// <summary>Whether arrival times show how much is missing between the previous stream and this one; otherwise nothing is.</summary>
    internal bool FollowsByTime { get; init; } = true;

    /// <summary>When the first packet arrived.</summary>
    internal long FirstArrivedAt { get; }

    /// <summary>When the last observed packet arrived.</summary>
    internal long LastArrivedAt => Volatile.Read(ref _lastArrivedAt);

    /// <summary>The current estimate.</summary>
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

    /// <summary>Records one arrival.</summary>
    /// <returns>How many ticks later than undelayed it arrived.</returns>
    internal long Observe(long position, long arrivedAt)
    {
        long media = _media.DueAt(position);
        long origin = arrivedAt - media;
        if (arrivedAt >= _slotEnds)
        {
            CloseSlot();

            // Time without arrivals ages nothing: the estimate from before a silence still holds after it.
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

    // The further back a point is, the less it says about the present.
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
            // The earliest arrival over a few seconds varies slightly, so smooth it.
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
