namespace Linnet.Transports.Impairments;

/// <summary>Takes one datagram, lent for the call.</summary>
internal delegate void DatagramTaker(ReadOnlySpan<byte> datagram);

/// <summary>Stands between the sockets of a receiver and the receiver, as a bad network would: RTP and RTCP in, RTCP out.</summary>
/// <remarks>
/// What need not wait goes on at once, on the caller's thread; the rest is delivered by <see cref="RunAsync"/>, to the millisecond or two
/// that a timer takes. The calls may come from several threads; no lock is held in common by what comes in and what goes out, so that a
/// taker may send. It outlives a connection, so that after a reconnect the chance goes on and so do the counts.
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

    /// <param name="options">How bad.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> have problems; the message lists them.</exception>
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

    /// <summary>What was done so far. May be called from any thread.</summary>
    internal ImpairmentStatistics GetStatistics() => new(_rtp.Counts, _rtcp.Counts, _feedback.Counts);

    /// <summary>Says where datagrams come out. What was on its way to where they came out before is forgotten.</summary>
    /// <param name="rtp">Takes RTP. Quick and does not throw, as the others.</param>
    /// <param name="rtcp">Takes RTCP.</param>
    /// <param name="feedback">Sends RTCP.</param>
    internal void Connect(DatagramTaker rtp, DatagramTaker rtcp, DatagramTaker feedback)
    {
        _rtp.Connect(rtp);
        _rtcp.Connect(rtcp);
        _feedback.Connect(feedback);
    }

    /// <summary>A datagram came in where RTP is expected.</summary>
    internal void SendRtp(ReadOnlySpan<byte> datagram) => Send(_rtp, datagram);

    /// <summary>A datagram came in where RTCP is expected.</summary>
    internal void SendRtcp(ReadOnlySpan<byte> datagram) => Send(_rtcp, datagram);

    /// <summary>A datagram is to go out.</summary>
    internal void SendFeedback(ReadOnlySpan<byte> datagram) => Send(_feedback, datagram);

    /// <summary>Delivers what has to wait, until cancelled.</summary>
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

            // Task.Delay cuts to whole milliseconds.
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

    // Until it is known what to wait for, everything is sooner.
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

    /// <summary>One lane, from where datagrams come to where they go. One thread at a time is in it.</summary>
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

        /// <returns>When the next one is to be delivered.</returns>
        internal long Send(ReadOnlySpan<byte> datagram)
        {
            lock (_gate)
            {
                long now = time.GetTimestamp();
                _lane.Send(datagram, Decide(datagram.Length, now));
                return Deliver();
            }
        }

        /// <returns>When the next one is to be delivered.</returns>
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

        // Two ways meet in the same bad times and the same slow link.
        private Fate Decide(int length, long now)
        {
            lock (meeting)
            {
                return impairment.Next(length, now, lane);
            }
        }
    }
}
