using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Wire.Rtp;

namespace Linnet.Receive;

/// <summary>One packet of a trace: what its header said, and when it arrived.</summary>
/// <param name="SequenceNumber">As in <see cref="RtpHeader"/>.</param>
/// <param name="Timestamp">As in <see cref="RtpHeader"/>.</param>
/// <param name="At">In ticks of <see cref="TimeSpan"/>, since any moment.</param>
internal readonly record struct Arrival(ushort SequenceNumber, uint Timestamp, long At);

/// <summary>What became of a trace in a receiver.</summary>
internal sealed record ReplayResult
{
    /// <summary>Times the buffer ran dry while the sender was sending.</summary>
    public required long Underruns { get; init; }

    /// <summary>Packets that came too late to be played.</summary>
    public required long Late { get; init; }

    /// <summary>Packets that never came.</summary>
    public required long Lost { get; init; }

    /// <summary>Sound that was made up.</summary>
    public required TimeSpan Concealed { get; init; }

    /// <summary>The wait between undelayed arrival and play-out, on average.</summary>
    public required TimeSpan AverageDelay { get; init; }

    /// <summary>The longest.</summary>
    public required TimeSpan MostDelay { get; init; }

    /// <summary>The wait at the end.</summary>
    public required TimeSpan LastDelay { get; init; }

    /// <summary>Times sound was stretched.</summary>
    public required long Stretches { get; init; }
}

/// <summary>
/// Plays recorded arrivals through a receiver and a device with an exact clock, in simulated time: what would this profile have done on
/// this path?
/// </summary>
/// <remarks>The sound is a hum, so that it can be stretched as voices and music can.</remarks>
internal sealed class ArrivalReplay
{
    private const long TicksPerSecond = TimeSpan.TicksPerSecond;
    private const byte PayloadType = 96;

    private readonly Clock _clock = new();
    private readonly Receiver _receiver;
    private readonly float[] _period;
    private readonly long _periodTicks;
    private readonly byte[] _datagram = new byte[RtpHeader.Length + sizeof(int)];
    private long _nextPeriodAt;
    private double _delaySum;
    private long _delays;
    private long _mostDelay;

    private ArrivalReplay(ReceiverOptions options, AudioFormat format, TimeSpan period, long startsAt)
    {
        _receiver = new Receiver(new Hum(format), PayloadType, options, _clock);
        _period = new float[Math.Max(1, format.FramesIn(period))];
        _periodTicks = period.Ticks;
        _nextPeriodAt = startsAt;
    }

    /// <summary>Runs a trace.</summary>
    /// <param name="options">The receiver's.</param>
    /// <param name="clockRate">Ticks per second of the timestamps.</param>
    /// <param name="framesPerPacket">Frames in each packet.</param>
    /// <param name="arrivals">In the order in which they came.</param>
    /// <param name="period">How often the device asks for sound; default 10 ms.</param>
    /// <param name="onPeriod">Called after each period with its time and the wait.</param>
    internal static ReplayResult Run(
        ReceiverOptions options, int clockRate, int framesPerPacket, ReadOnlySpan<Arrival> arrivals, TimeSpan? period = null,
        Action<long, TimeSpan>? onPeriod = null)
    {
        long startsAt = arrivals.IsEmpty ? 0 : arrivals[0].At;
        var replay = new ArrivalReplay(options, new AudioFormat(clockRate, 1), period ?? TimeSpan.FromMilliseconds(10), startsAt);
        foreach (Arrival arrival in arrivals)
        {
            replay.RunTo(arrival.At, onPeriod);
            replay.Deliver(arrival, framesPerPacket);
        }

        return replay.Result();
    }

    private void RunTo(long at, Action<long, TimeSpan>? onPeriod)
    {
        while (_nextPeriodAt < at)
        {
            _clock.Now = _nextPeriodAt;
            _receiver.Read(_period, _nextPeriodAt);
            long delay = _receiver.Depth.Ticks;
            if (_receiver.State is ReceiverState.Playing or ReceiverState.Starved)
            {
                _delaySum += delay;
                _delays++;
                _mostDelay = Math.Max(_mostDelay, delay);
                onPeriod?.Invoke(_nextPeriodAt, new TimeSpan(delay));
            }

            _nextPeriodAt += _periodTicks;
        }

        _clock.Now = at;
    }

    private void Deliver(Arrival arrival, int frames)
    {
        new RtpHeader(PayloadType, Marker: false, arrival.SequenceNumber, arrival.Timestamp, Ssrc: 1).Write(_datagram);
        BinaryPrimitives.WriteInt32BigEndian(_datagram.AsSpan(RtpHeader.Length), frames);
        _receiver.OnRtp(_datagram, arrival.At);
    }

    private ReplayResult Result()
    {
        ReceiverStatistics statistics = _receiver.GetStatistics();
        return new ReplayResult
        {
            Underruns = statistics.Underruns,
            Late = statistics.Late,
            Lost = statistics.Lost,
            Concealed = statistics.Concealed,
            AverageDelay = new TimeSpan(_delays == 0 ? 0 : (long)(_delaySum / _delays)),
            MostDelay = new TimeSpan(_mostDelay),
            LastDelay = statistics.Delay,
            Stretches = statistics.Stretches,
        };
    }

    private sealed class Clock : TimeProvider
    {
        internal long Now { get; set; }

        public override long TimestampFrequency => TicksPerSecond;

        public override long GetTimestamp() => Now;

        // Far from where dates begin: what makes no sense may be heard long ago.
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Now);
    }

    // Packets that hold nothing but how long they are.
    private sealed class Hum(AudioFormat format) : IAudioDecoder
    {
        private const double Hz = 150;
        private const float Amplitude = 0.1f;

        private double _phase;

        public AudioFormat Format => format;

        public int MaxFramesPerPacket => format.SampleRate / 5;

        public bool TryDecode(ReadOnlySpan<byte> packet, Span<float> pcm, out int frames)
        {
            frames = packet.Length == sizeof(int) ? BinaryPrimitives.ReadInt32BigEndian(packet) : 0;
            frames = frames <= MaxFramesPerPacket ? Math.Max(0, frames) : 0;
            Conceal(pcm[..frames]);
            return frames > 0;
        }

        public void Conceal(Span<float> pcm)
        {
            foreach (ref float sample in pcm)
            {
                sample = Amplitude * (float)Math.Sin(2 * Math.PI * _phase);
                _phase += Hz / format.SampleRate;
            }

            _phase -= Math.Floor(_phase);
        }

        public void Dispose()
        {
        }
    }
}
