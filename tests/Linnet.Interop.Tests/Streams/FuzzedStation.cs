using System.Buffers;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams.Containers;
using Linnet.Codecs.Streams;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Interop.Tests.Streams;

/// <summary>A station in simulated time that plays whatever is pushed, with a listener of every rendition.</summary>
internal sealed class FuzzedStation : IDisposable
{
    private const double MostWaiting = 3;

    private readonly SteppedTime _time = new();
    private readonly IngestBuffer _buffer;
    private readonly Station _engine;
    private readonly List<Ear> _ears = [];

    /// <summary>Creates the station as for a first push.</summary>
    internal FuzzedStation(StreamFormat sent)
    {
        _buffer = new IngestBuffer(
            "live", new IngestOptions { Target = TimeSpan.FromSeconds(0.4), Most = TimeSpan.FromSeconds(4) }, sent.Pcm);
        var options = new StationOptions
        {
            Name = "live",
            StartAtOnce = true,
            IsFed = true,
            Sent = sent,
            MaxOnDemand = 16,
            OpusComplexity = 0,
            Mp3Quality = 9,
            Streams = ["mp3", "mp3-64", "opus", "opus-64", "flac", "wav"],
        };
        _engine = new Station(
            options, new FallbackSource(_buffer, null, sent.BitDepth, NullLogger.Instance), _time, NullLogger.Instance);
        foreach (BroadcastRing ring in _engine.Listing.Renditions)
        {
            Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
            _ears.Add(new Ear(ring, lease, ring.Info.StreamType?.CreateContainer(ring.Info)));
        }
    }

    /// <summary>The renditions that have listeners.</summary>
    internal IEnumerable<string> Renditions => _ears.Select(e => e.Ring.Info.Name);

    /// <summary>Pushes a stream in pieces and plays it to its end.</summary>
    internal void Push(byte[] stream, IStreamDecoder decoder, int seed)
    {
        Assert.True(_buffer.TryBegin("a test", takesOver: true, out IngestWriter? writer));
        using (decoder)
        {
            using (writer)
            {
                var random = new Random(seed);
                ReadOnlySpan<byte> left = stream;
                while (!left.IsEmpty && decoder.Problem is null && !writer.HasOverflowed)
                {
                    int length = Math.Min(left.Length, random.Next(1, 6000));
                    decoder.Write(left[..length], writer);
                    left = left[length..];
                    Play(0.02);
                }

                decoder.Complete(writer);
            }
        }

        if (Waiting > MostWaiting)
        {
            _buffer.Clear();
        }

        Play(Math.Max(0.02, Waiting - 0.5));
        Assert.All(_engine.GetSnapshot().Levels, level => Assert.InRange(level, 0, 16));
    }

    /// <summary>Checks that each listener has received sound since the last call.</summary>
    internal void AssertAllHear()
    {
        Play(1);
        Assert.All(_ears, ear => Assert.True(ear.HasHeard(), $"{ear.Ring.Info.Name} is silent"));
    }

    public void Dispose()
    {
        _ears.ForEach(e => e.Lease.Dispose());
        _engine.Dispose();
    }

    private double Waiting => _buffer.GetState().Frames / (double)_buffer.Format!.Value.SampleRate;

    private void Play(double seconds)
    {
        long end = _time.Now + (long)(seconds * _time.TimestampFrequency);
        do
        {
            long next = _engine.Step(TestContext.Current.CancellationToken);
            _time.Now = Math.Min(end, next);
            Assert.Equal(StationState.Playing, _engine.State);
        }
        while (_time.Now < end);

        _ears.ForEach(e => e.Hear());
    }

    /// <summary>A listener that takes everything.</summary>
    private sealed class Ear(BroadcastRing ring, RingLease lease, IStreamContainer? container)
    {
        private readonly ArrayBufferWriter<byte> _output = new();
        private long _next;
        private bool _hasHeard;

        internal BroadcastRing Ring { get; } = ring;

        internal RingLease Lease { get; } = lease;

        internal void Hear()
        {
            for (; _next < Ring.Head; _next++)
            {
                if (Ring.TryGet(_next, out RingItem? item))
                {
                    _hasHeard |= item is PacketItem;
                    container?.Write(item, _output);
                    _output.ResetWrittenCount();
                }
            }
        }

        internal bool HasHeard()
        {
            bool hasHeard = _hasHeard;
            _hasHeard = false;
            return hasHeard;
        }
    }
}
