namespace Linnet.Transports.Impairments;

/// <summary>Receives one datagram, which is not used after the call.</summary>
internal delegate void DatagramTaker(ReadOnlySpan<byte> datagram);

/// <summary>Simulates a bad network between a receiver and its sockets: incoming RTP and RTCP, outgoing RTCP.</summary>
/// <remarks>
/// Datagrams without delay pass at once, on the caller's thread. <see cref="RunAsync"/> delivers the others, within a timer's precision
/// of a millisecond or two. Methods may be called from several threads. Incoming and outgoing datagrams share no lock, so a receiver
/// may send. The path outlives a connection: after a reconnect, the random sequence and the counts continue.
/// </remarks>
internal sealed class ImpairedPath
{
    private readonly TimeProvider _time;
    private readonly Lock _waiting = new();
    private readonly Way _rtp;
    private readonly Way _rtcp;
    private readonly Way _feedback;
    private readonly Way[] _ways;
    private TaskCompletionSource _sooner = NewSignal();
    private long _waitingUntil = ImpairedLane.Never;

    /// <param name="options">The impairment.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> are invalid; the message lists the problems.</exception>
    internal ImpairedPath(ImpairmentOptions options, TimeProvider time)
    {
        _time = time;
        var inward = new Impairment(options, time.TimestampFrequency, direction: 0);
        var outward = new Impairment(options, time.TimestampFrequency, direction: 1);
        var meeting = new Lock();
        _rtp = new Way(inward, meeting, lane: 0, time);
        _rtcp = new Way(inward, meeting, lane: 1, time);
        _feedback = new Way(outward, new Lock(), lane: 0, time);
        _ways = [_rtp, _rtcp, _feedback];
    }

    /// <summary>Gets the counts so far. May be called from any thread.</summary>
    internal ImpairmentStatistics GetStatistics() => new(_rtp.Counts, _rtcp.Counts, _feedback.Counts);

    /// <summary>Sets where datagrams are delivered. Drops datagrams that are in transit to the previous destination.</summary>
    /// <param name="rtp">Receives RTP. Must be quick and must not throw, like the others.</param>
    /// <param name="rtcp">Receives RTCP.</param>
    /// <param name="feedback">Sends RTCP.</param>
    internal void Connect(DatagramTaker rtp, DatagramTaker rtcp, DatagramTaker feedback)
    {
        _rtp.Connect(rtp);
        _rtcp.Connect(rtcp);
        _feedback.Connect(feedback);
    }

    /// <summary>Sends an incoming datagram on the RTP path.</summary>
    internal void SendRtp(ReadOnlySpan<byte> datagram) => Send(_rtp, datagram);

    /// <summary>Sends an incoming datagram on the RTCP path.</summary>
    internal void SendRtcp(ReadOnlySpan<byte> datagram) => Send(_rtcp, datagram);

    /// <summary>Sends an outgoing datagram.</summary>
    internal void SendFeedback(ReadOnlySpan<byte> datagram) => Send(_feedback, datagram);

    /// <summary>Delivers delayed datagrams until cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task sooner = Listen();
            long next = _ways.Min(static way => way.Deliver());
            if (!WaitsUntil(next))
            {
                continue;
            }

            if (next == ImpairedLane.Never)
            {
                await sooner.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            // Task.Delay truncates to whole milliseconds.
            double left = Math.Ceiling(_time.GetElapsedTime(_time.GetTimestamp(), next).TotalMilliseconds);
            if (left > 0)
            {
                using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(sooner, Task.Delay(TimeSpan.FromMilliseconds(left), _time, awake.Token)).ConfigureAwait(false);
                await awake.CancelAsync().ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private void Send(Way way, ReadOnlySpan<byte> datagram)
    {
        long next = way.Send(datagram);
        lock (_waiting)
        {
            if (next < _waitingUntil)
            {
                _sooner.TrySetResult();
            }
        }
    }

    // Listens before the deadline is computed, so that an earlier datagram is noticed.
    private Task Listen()
    {
        lock (_waiting)
        {
            _waitingUntil = ImpairedLane.Never;
            _sooner = _sooner.Task.IsCompleted ? NewSignal() : _sooner;
            return _sooner.Task;
        }
    }

    private bool WaitsUntil(long next)
    {
        lock (_waiting)
        {
            _waitingUntil = next;
            return !_sooner.Task.IsCompleted;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One direction, from source to destination. Used by one thread at a time.</summary>
    private sealed class Way(Impairment impairment, Lock meeting, int lane, TimeProvider time)
    {
        private readonly Lock _gate = new();
        private readonly ImpairedLane _lane = new(time.TimestampFrequency);
        private DatagramTaker _taker = static _ => { };

        internal ImpairmentCounts Counts
        {
            get
            {
                lock (_gate)
                {
                    return _lane.Counts;
                }
            }
        }

        internal void Connect(DatagramTaker taker)
        {
            lock (_gate)
            {
                _taker = taker;
                _lane.Clear();
            }
        }

        /// <returns>When the next datagram is due.</returns>
        internal long Send(ReadOnlySpan<byte> datagram)
        {
            lock (_gate)
            {
                long now = time.GetTimestamp();
                _lane.Send(datagram, Decide(datagram.Length, now));
                return Deliver();
            }
        }

        /// <returns>When the next datagram is due.</returns>
        internal long Deliver()
        {
            lock (_gate)
            {
                long now = time.GetTimestamp();
                while (_lane.TryReceive(now, out byte[]? datagram, out _))
                {
                    _taker(datagram);
                }

                return _lane.NextAt;
            }
        }

        // The two incoming directions share the bad periods and the slow link.
        private Fate Decide(int length, long now)
        {
            lock (meeting)
            {
                return impairment.Next(length, now, lane);
            }
        }
    }
}
