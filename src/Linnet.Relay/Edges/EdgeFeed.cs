using System.Threading.Channels;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Diagnostics;
using Linnet.Relay.CatchUp;
using Linnet.Relay.Nats;
using Linnet.Relay.Wire;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Linnet.Relay.Edges;

/// <summary>
/// Feeds one ring of an edge from the origin while it has listeners: <c>NATS → intake → writer → ring</c>. Their first one starts it.
/// </summary>
internal sealed class EdgeFeed
{
    /// <summary>How long it goes on without listeners: one that comes back finds sound.</summary>
    internal static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    private const int MostWaiting = 4096;

    // Items are not due later than this after the delay: the clock of the origin is known wrongly, for example after a sleep.
    private static readonly TimeSpan MostAhead = TimeSpan.FromSeconds(5);

    // How often the loop looks at least, for what nothing wakes it for.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClockPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(5);

    private readonly NatsLink _link;
    private readonly EdgeTiming _timing;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogThrottle _failures;
    private readonly CancellationToken _stopping;
    private readonly Lock _gate = new();
    private readonly EdgeWriter _writer;
    private readonly EdgeFill _fill;
    private readonly long _linger;
    private EdgeOrigin _origin;
    private Intake _intake;
    private (RingRefusal Refusal, long Until)? _refused;
    private long _stock;
    private long _openings;
    private long _missing;
    private long _repaired;
    private bool _isRunning;

    /// <summary>A feed that waits for listeners.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="origin">The origin at first.</param>
    /// <param name="info">The rendition.</param>
    /// <param name="timing">How far it runs behind.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs failures.</param>
    /// <param name="stopping">Ends it.</param>
    internal EdgeFeed(
        NatsLink link, EdgeOrigin origin, RenditionInfo info, EdgeTiming timing, TimeProvider time, ILogger logger,
        CancellationToken stopping)
    {
        (_link, _origin, _timing, _time, _logger, _stopping) = (link, origin, timing, time, logger, stopping);
        _failures = new LogThrottle(time);
        _linger = Linger.InTicks(time);
        Ring = new BroadcastRing(info, EdgeTiming.Kept + timing.Delay, Open);
        _ = info.IsRtp ? InterleavedFraming.Of(Ring) : null;
        _writer = new EdgeWriter(Ring, time.TimestampFrequency, (timing.Delay + MostAhead).InTicks(time));
        _intake = new Intake(_writer, time.TimestampFrequency);
        _fill = new EdgeFill(info, _writer, link.Options.Fallback, time.TimestampFrequency, logger);
    }

    /// <summary>The ring.</summary>
    internal BroadcastRing Ring { get; }

    /// <summary>Items that could not be had in time.</summary>
    internal long Missing => Volatile.Read(ref _missing);

    /// <summary>Items that were missing, and were had in time.</summary>
    internal long Repaired => Volatile.Read(ref _repaired);

    /// <summary>Whether its listeners hear silence or the fallback, as the origin is away.</summary>
    internal bool IsFilling => _fill.IsOn;

    /// <summary>Whether it has listeners now, or had some lately.</summary>
    internal bool IsRunning => Volatile.Read(ref _isRunning);

    /// <summary>Takes the sound of another origin from now on.</summary>
    internal void Follow(EdgeOrigin origin) => Volatile.Write(ref _origin, origin);

    // Under the ring's lock.
    private RingRefusal? Open(RingRequest request, bool isFirst)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return new RingRefusal(RingRefusalReason.Unavailable, "This server stops.");
            }

            if (_refused is { } refused && _time.GetTimestamp() < refused.Until)
            {
                return refused.Refusal;
            }

            _openings += isFirst ? 1 : 0;
            if (isFirst && !_isRunning)
            {
                Volatile.Write(ref _isRunning, true);
                _stock = request.Stock.InTicks(_time);
                _ = Task.Run(RunAsync, CancellationToken.None);
            }

            return null;
        }
    }

    private async Task RunAsync()
    {
        var inbox = Channel.CreateBounded<object>(new BoundedChannelOptions(MostWaiting)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
            SingleReader = true,
        });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
        string station = Ring.Info.Station, rendition = Ring.Info.Name;
        Task hearing = _link.TakeAsync(
            Subjects.Batches(station, rendition),
            message =>
            {
                inbox.Writer.TryWrite(message.Data ?? []);
                return ValueTask.CompletedTask;
            },
            Failed,
            ending.Token);
        Task wanting = WantAsync(inbox.Writer, ending.Token);
        try
        {
            while (true)
            {
                long openings = Openings;
                await RunSafelyAsync(inbox, ending.Token).ConfigureAwait(false);
                if (Ring.TryClearIfUnused() && TryRest(openings))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            _fill.Stop();
            _writer.Cut(DropReason.RenditionFailed, _time.GetTimestamp());
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(hearing, wanting).ConfigureAwait(false);
        }
    }

    // Only a run ends if it fails. The next listener starts another, after a pause.
    private async Task RunSafelyAsync(Channel<object> inbox, CancellationToken cancellationToken)
    {
        try
        {
            await RunOnceAsync(inbox, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Failed(e);
            _fill.Stop();
            _writer.Cut(DropReason.RenditionFailed, _time.GetTimestamp());
            await Task.Delay(LongestWait, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private long Openings
    {
        get
        {
            lock (_gate)
            {
                return _openings;
            }
        }
    }

    // Ends, unless a listener has come since that was decided.
    private bool TryRest(long openings)
    {
        lock (_gate)
        {
            if (openings != _openings)
            {
                return false;
            }

            Volatile.Write(ref _isRunning, false);
            return true;
        }
    }

    // From the first listener until there has been none for a while, or the run is over.
    private async Task RunOnceAsync(Channel<object> inbox, CancellationToken cancellationToken)
    {
        _writer.Begin();
        int run = Ring.Run;
        _intake = new Intake(_writer, _time.TimestampFrequency);
        long began = _time.GetTimestamp(), usedAt = began;
        Task<bool> arriving = inbox.Reader.WaitToReadAsync(cancellationToken).AsTask();
        (long missing, long repaired) = (Missing, Repaired);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long now = _time.GetTimestamp();
            usedAt = Ring.Leases > 0 ? now : usedAt;
            if (now - usedAt >= _linger || Ring.Run != run || (_writer.IsOver && Ring.Leases == 0))
            {
                _fill.Stop();
                return;
            }

            EdgeOrigin origin = Volatile.Read(ref _origin);
            if (origin.ClockBehind(_timing.Delay, _time.TimestampFrequency) is not { } clock)
            {
                _fill.Step(origin.Node, now);
                await Task.Delay(ClockPause, _time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (origin.Incarnation != _intake.Incarnation)
            {
                _intake.Follow(origin.Incarnation, now);
            }

            while (inbox.Reader.TryRead(out object? arrival))
            {
                Take(arrival, clock, now);
            }

            _intake.OnTime(clock, now);
            if (_intake.Ask(SinceWhen(clock, now), now) is { } question)
            {
                _ = AskAsync(inbox.Writer, question, cancellationToken);
            }

            _fill.Step(origin.Node, now);
            Volatile.Write(ref _missing, missing + _intake.Missing);
            Volatile.Write(ref _repaired, repaired + _intake.Repaired);
            long next = Math.Min(_intake.NextAt(clock), _fill.NextAt);
            TimeSpan wait = TimeSpan.FromSeconds(
                Math.Clamp((next - now) / (double)_time.TimestampFrequency, 0.001, LongestWait.TotalSeconds));

            if (arriving.IsCompleted)
            {
                await arriving.ConfigureAwait(false);
                arriving = inbox.Reader.WaitToReadAsync(cancellationToken).AsTask();
            }

            await WaitAsync(arriving, wait, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(Task arriving, TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            await arriving.WaitAsync(longest, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Something is due without an arrival.
        }
    }

    private void Take(object arrival, OriginClock clock, long now)
    {
        switch (arrival)
        {
            case byte[] message:
                _intake.Take(message, clock, now);
                break;
            case Answer answer:
                _intake.TakeAnswer(answer.Incarnation, answer.Messages, clock, now);
                break;
            case Reply reply when reply.Incarnation == _intake.Incarnation:
                Take(reply.Answer, clock, now);
                break;
        }
    }

    private void Take(WantAnswer answer, OriginClock clock, long now)
    {
        if (answer.Refusal is { } refusal)
        {
            Refuse(refusal, now);
        }
        else if (answer.Epoch != -OriginClock.MaxTime && _intake.HasStarted)
        {
            _writer.Adjust(answer.Epoch, clock);
        }
    }

    // Listeners first hear the sound that is there, and the end that is in it.
    private void Refuse(RingRefusal refusal, long now)
    {
        if (!_fill.IsDry(now))
        {
            return;
        }

        lock (_gate)
        {
            _refused = (refusal, now + (refusal.RetryAfter ?? RefusalTime).InTicks(_time));
        }

        _writer.Cut(DropReason.RenditionFailed, now);
    }

    // Where to begin: what the first listener needs at once. Later, what is not too late and not there yet.
    private long SinceWhen(OriginClock clock, long now) => clock.NanosecondsAt(
        _writer.Packets == 0 ? now - _stock
        : Math.Max(now - _timing.Late.InTicks(_time), _intake.HasStarted ? long.MinValue : _writer.DryAt));

    private async Task AskAsync(ChannelWriter<object> inbox, BatchQuestion question, CancellationToken cancellationToken)
    {
        IReadOnlyList<byte[]> messages = [];
        try
        {
            if (_link.State.IsOpen)
            {
                messages = await RingQuestions.AskAsync(
                    _link.Connection, Ring.Info.Station, Ring.Info.Name, question, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }

        inbox.TryWrite(new Answer(question.Incarnation, messages));
    }

    // Says to the origin again and again that the rendition is wanted.
    private async Task WantAsync(ChannelWriter<object> inbox, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                EdgeOrigin origin = Volatile.Read(ref _origin);
                TimeSpan stock = TimeSpan.FromSeconds(_stock / (double)_time.TimestampFrequency) + _timing.Delay;
                var want = new Want(
                    origin.Incarnation, _link.Options.Node, stock < Want.MostStock ? stock : Want.MostStock, _timing.Batch);
                WantAnswer? answer = await AskAsync(want, cancellationToken).ConfigureAwait(false);
                if (answer is not null)
                {
                    inbox.TryWrite(new Reply(want.Incarnation, answer));
                }

                await Task.Delay(answer is null ? Intake.AskPause : LongestWait, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task<WantAnswer?> AskAsync(Want want, CancellationToken cancellationToken)
    {
        try
        {
            NatsMsg<byte[]> message = await _link.Connection.RequestAsync<byte[], byte[]>(
                Subjects.Want(Ring.Info.Station, Ring.Info.Name), want.ToBytes(),
                replyOpts: new NatsSubOpts { Timeout = NatsLink.AnswerTime }, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            return WantAnswer.Read(message.Data);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private void Failed(Exception error)
    {
        if (_failures.TrySay(out Unsaid unsaid))
        {
            _logger.FeedFailed(error, Ring.Info.ToString(), unsaid);
        }
    }

    // To a question for items.
    private sealed record Answer(ulong Incarnation, IReadOnlyList<byte[]> Messages);

    // To a wish.
    private sealed record Reply(ulong Incarnation, WantAnswer Answer);
}
