using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Linnet.Receive;
using Linnet.Receive.Repair;
using Linnet.Wire.Rtcp;
using Linnet.Wire.Rtp;

namespace Linnet.Transports.Rtp;

/// <summary>Sends the repair requests of the receiver behind a sink to the sender, when they are due.</summary>
/// <param name="sink">Connects to the receiver.</param>
/// <param name="ssrc">Our SSRC.</param>
/// <param name="description">The description that must precede feedback; <see langword="null"/>: none.</param>
/// <param name="time">The clock.</param>
internal sealed class RepairLoop(IRtpSink sink, uint ssrc, SourceDescription? description, TimeProvider time)
{
    private const int MaxLength = 1200;

    private readonly Channel<bool> _wake =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<Redundancy?> _wanted =
        Channel.CreateBounded<Redundancy?>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly RepairRequest _request = new();
    private readonly byte[] _datagram = new byte[MaxLength];
    private long _sleepsUntil = long.MaxValue;

    /// <summary>Call when a packet arrived: a request may now be due earlier. Thread-safe.</summary>
    internal void OnPacket()
    {
        if (sink.RepairAt < Volatile.Read(ref _sleepsUntil))
        {
            _wake.Writer.TryWrite(true);
        }
    }

    /// <summary>Sends requests until cancelled.</summary>
    /// <param name="sendAsync">Sends one RTCP datagram, valid until the call completes.</param>
    /// <param name="setRedundancyAsync">Tells the sender which copies are wanted; <see langword="null"/>: not possible.</param>
    /// <param name="onDecision">Called with a description, for display, of each new decision.</param>
    /// <param name="cancellationToken">Stops the loop.</param>
    internal async Task RunAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> sendAsync,
        Func<Redundancy?, CancellationToken, Task>? setRedundancyAsync,
        Action<string> onDecision,
        CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task setting = setRedundancyAsync is null ? Task.CompletedTask : SetAsync(setRedundancyAsync, stopping.Token);
        try
        {
            await AskAsync(sendAsync, onDecision, stopping.Token).ConfigureAwait(false);
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await setting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Writes the feedback that is due.</summary>
    /// <returns>Bytes to send; 0 if there is no request.</returns>
    internal int Write(Span<byte> destination, RepairRequest request, long now)
    {
        sink.FillRepair(now, request);
        if (request.Missing.IsEmpty)
        {
            return 0;
        }

        GenericNack nack = GenericNack.For(ssrc, request.MediaSsrc, request.Missing, out _);
        return description is null
            ? RtcpCompound.WriteReducedSize(destination, nack)
            : RtcpCompound.Write(destination, new ReceiverReport(ssrc), description, nack);
    }

    private async Task AskAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> sendAsync, Action<string> onDecision, CancellationToken cancellationToken)
    {
        Redundancy? told = null;
        ITimer timer = time.CreateTimer(_ => _wake.Writer.TryWrite(true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using ConfiguredAsyncDisposable _ = timer.ConfigureAwait(false);
        while (true)
        {
            await SleepAsync(timer, cancellationToken).ConfigureAwait(false);
            int length = Write(_datagram, _request, time.GetTimestamp());
            if (length > 0)
            {
                await sendAsync(_datagram.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            }

            if (_request.Redundancy != told)
            {
                told = _request.Redundancy;
                _wanted.Writer.TryWrite(told);
            }

            if (_request.Decision is string decision)
            {
                onDecision(decision);
            }
        }
    }

    // An earlier due time also wakes the loop, once it is seen to sleep.
    private async ValueTask SleepAsync(ITimer timer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Volatile.Write(ref _sleepsUntil, long.MaxValue);
            long until = sink.RepairAt;
            Volatile.Write(ref _sleepsUntil, until);
            Interlocked.MemoryBarrier();
            long now = time.GetTimestamp();
            if (until <= now)
            {
                return;
            }

            if (sink.RepairAt < until)
            {
                continue;
            }

            // Timers round down to whole milliseconds.
            TimeSpan left = until == long.MaxValue
                ? Timeout.InfiniteTimeSpan
                : TimeSpan.FromMilliseconds(Math.Ceiling(time.GetElapsedTime(now, until).TotalMilliseconds));
            timer.Change(left, Timeout.InfiniteTimeSpan);
            await _wake.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SetAsync(Func<Redundancy?, CancellationToken, Task> setRedundancyAsync, CancellationToken cancellationToken)
    {
        while (true)
        {
            Redundancy? wanted = await _wanted.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            await setRedundancyAsync(wanted, cancellationToken).ConfigureAwait(false);
        }
    }
}
