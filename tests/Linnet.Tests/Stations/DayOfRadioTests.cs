using System.Runtime.InteropServices;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

public class DayOfRadioTests
{
    private const long Second = 1_000_000_000;
    private const long Hour = 3600 * Second;
    private const int Rate = 8000;
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly SteppedTime _time = new();
    private readonly StreamOptions _options = new();
    private readonly StreamCounters _counters = new(Second);

    /// <remarks>The station is real, its WAV is heard throughout; of the others real packets are sent again and again.</remarks>
    [Fact]
    public void A_day_of_a_pushed_station_reaches_listeners_of_each_kind_to_the_last_byte_and_nothing_grows()
    {
        ReplayedRendition[] replayed = Record();
        using var engine = new Station(
            new StationOptions { Name = "day" }, new PushedDay(_time, Rate, Day, fastByPpm: 40), _time, NullLogger.Instance);
        var loop = new StreamLoop(_options, Second, _counters);
        Kind[] kinds =
            [.. engine.Listing.Streams.Where(s => s.Info.Name == "wav").Concat(replayed.Select(r => r.Ring))
                .Select(s => new Kind(s, _options, _time.Now))];
        long start = _time.Now, next = start, nextVisit = start + Second, nextHour = start + Hour, away = 0;
        long[] sizes = [];
        kinds[0].Log.Ring.Subscribe(CheckSamples);

        while (engine.State is StationState.Waiting or StationState.Playing)
        {
            engine.Step(TestContext.Current.CancellationToken);
            Array.ForEach(replayed, r => r.Step(_time.Now));
            while (next <= _time.Now)
            {
                next = Math.Min(loop.Step(_time.Now), _time.Now + (Second / 50));
            }

            // Every ten minutes one comes and the last one goes; every hour one is away for a while and is moved.
            if (_time.Now >= nextVisit)
            {
                nextVisit += Hour / 6;
                Array.ForEach(kinds, k => k.Visit(loop, _time.Now, _options));
                next = _time.Now;
            }

            if (_time.Now >= nextHour)
            {
                bool isBack = away > 0;
                away = isBack ? 0 : _time.Now;
                nextHour += isBack ? Hour - (10 * Second) : 10 * Second;
                Array.ForEach(kinds, k => k.Restless!.IsAway = !isBack);
                if (isBack)
                {
                    long[] now = [.. kinds.SelectMany(k => k.Sizes()), loop.Count];
                    Assert.All(now.Zip(sizes), pair => Assert.InRange(pair.First, 0, pair.Second));
                    sizes = sizes.Length > 0 ? sizes : [.. now.Select((size, i) => i < now.Length - 1 ? size + 1 : size)];
                }
            }
        }

        _time.Now += Second;
        Array.ForEach(kinds, k => k.Log.Advance(_time.Now));
        Assert.Equal((long)Day.TotalSeconds * Rate, kinds[0].Record.Position);
        Assert.All(kinds, AssertWholeDay);
        Assert.Equal(kinds.Sum(k => k.Restless!.Moves), _counters.Moves);
        Assert.All(kinds, k => Assert.Equal(23, k.Restless!.Moves));
        Assert.Equal(0, _counters.DroppedFor(DropReason.Stalled) + _counters.DroppedFor(DropReason.Disconnected));
        Assert.All(kinds, k => k.Dispose());
    }

    /// <summary>Each sample of the WAV is the one of its position.</summary>
    private static void CheckSamples(RingItem item)
    {
        if (item is not PacketItem packet)
        {
            return;
        }

        ReadOnlySpan<short> samples = MemoryMarshal.Cast<byte, short>(packet.Payload.Span);
        Assert.Equal(packet.Frames, samples.Length);
        for (int i = 0; i < samples.Length; i++)
        {
            if (samples[i] != unchecked((short)(packet.Position + i)))
            {
                Assert.Fail($"Frame {packet.Position + i} is {samples[i]}.");
            }
        }
    }

    private static void AssertWholeDay(Kind kind)
    {
        int rate = kind.Log.Ring.Info.Payload.ClockRate;
        Assert.Equal(0, kind.Steady!.Moves);
        Assert.InRange(kind.Record.Length - kind.Steady.At, 0, kind.Record.Length / 10_000);
        Assert.Equal(Enumerable.Range(0, 480).Select(i => i * 180L * rate), kind.Record.Titles.Take(480).Select((t, i) => i == 0 ? 0 : t));
    }

    /// <summary>A few seconds of a station's real renditions, each once at its usual bit rate, to be sent again.</summary>
    private ReplayedRendition[] Record()
    {
        using var engine = new Station(
            new StationOptions { Name = "model", OpusComplexity = 0 }, new PushedDay(_time, 16_000, TimeSpan.FromSeconds(5), 0), _time,
            NullLogger.Instance);

        // A process encodes AAC, which knows nothing of simulated time.
        BroadcastRing[] streams = [.. engine.Listing.Streams.Where(
            static s => !s.Info.Name.Contains('-', StringComparison.Ordinal) && s.Info.Name is not ("wav" or "aac"))];
        Assert.All(streams, s => Assert.True(s.TryOpen(default, out _, out _)));
        while (engine.State is StationState.Waiting or StationState.Playing)
        {
            engine.Step(TestContext.Current.CancellationToken);
        }

        return [.. streams.Select(s => new ReplayedRendition(s, _time.Now))];
    }

    /// <summary>A rendition, its log, and who hears it.</summary>
    private sealed class Kind : IDisposable
    {
        private readonly RingLease _lease;
        private CheckingListener? _visitor;

        public Kind(BroadcastRing ring, StreamOptions options, long now)
        {
            Record = new StreamRecord(StreamRun.CreateContainer(ring.Info));
            Assert.True(ring.TryOpen(new RingRequest(TimeSpan.FromSeconds(2)), out RingLease? lease, out _));
            _lease = lease;
            Log = new StreamLog(ring, () => Record, lease.OpenedAt, options.Retention, now, Second);
            Record.Begin();
        }

        public StreamRecord Record { get; }

        public StreamLog Log { get; }

        /// <summary>Hears all of it.</summary>
        public CheckingListener? Steady { get; private set; }

        /// <summary>Is away now and then.</summary>
        public CheckingListener? Restless { get; private set; }

        /// <summary>A listener joins, and the one before leaves. With the first come those that stay all day.</summary>
        public void Visit(StreamLoop loop, long now, StreamOptions options)
        {
            Log.Advance(now);
            StreamEntry? start = Log.EntryDueFrom(now - (long)(options.Burst.TotalSeconds * Second));
            Assert.NotNull(start);

            _visitor?.Leave();
            _visitor = Join();
            Steady ??= Join();
            Restless ??= Join();

            CheckingListener Join()
            {
                var listener = new CheckingListener(Log, start, Record);
                loop.Add(listener, now);
                return listener;
            }
        }

        /// <summary>Sizes that must not grow: segments of bytes, remembered titles, items that the ring can hold.</summary>
        public long[] Sizes()
        {
            int titles = 0;
            for (StreamTitle? title = Log.TitleAt(long.MaxValue); title is not null; title = title.Previous)
            {
                titles++;
            }

            return [Log.Allocated / StreamLog.SegmentLength, titles, Log.Ring.Capacity];
        }

        public void Dispose() => _lease.Dispose();
    }
}
