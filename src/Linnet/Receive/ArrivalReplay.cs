using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Wire.Rtp;

namespace Linnet.Receive;

/// <summary>One packet of a trace: fields of its header, and its arrival time.</summary>
/// <param name="SequenceNumber">As in <see cref="RtpHeader"/>.</param>
/// <param name="Timestamp">As in <see cref="RtpHeader"/>.</param>
/// <param name="At">Arrival time, in ticks of <see cref="TimeSpan"/> from an arbitrary origin.</param>
internal readonly record struct Arrival(ushort SequenceNumber, uint Timestamp, long At);

/// <summary>The result of playing a trace through a receiver.</summary>
internal sealed record ReplayResult
{
    /// <summary>How often the buffer ran empty while the sender was sending.</summary>
    public required long Underruns { get; init; }

    /// <summary>Packets too late to be played.</summary>
    public required long Late { get; init; }

    /// <summary>Packets that never came.</summary>
    public required long Lost { get; init; }

    /// <summary>Audio that was concealed.</summary>
    public required TimeSpan Concealed { get; init; }

    /// <summary>The average delay between undelayed arrival and playback.</summary>
    public required TimeSpan AverageDelay { get; init; }

    /// <summary>The longest delay.</summary>
    public required TimeSpan MostDelay { get; init; }
}

/// <summary>
/// Plays recorded arrivals through a receiver and a device with an exact clock, in simulated time, to find out how a profile would have
/// performed on that path.
/// </summary>
/// <remarks>The audio is a hum, so it can be stretched like voice and music.</remarks>
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

    /// <summary>Plays a trace.</summary>
    /// <param name="options">The receiver's options.</param>
    /// <param name="clockRate">Ticks per second of the timestamps.</param>
    /// <param name="framesPerPacket">Frames in each packet.</param>
    /// <param name="arrivals">The packets, in order of arrival.</param>
    /// <param name="period">How often the device requests audio; default 10 ms.</param>
    /// <param name="onPeriod">Called after each period with its time and the current delay.</param>
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
            _receiver.Read(_period, _nextPeriodAt, _nextPeriodAt);
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
        };
    }

    private sealed class Clock : TimeProvider
    {
        internal long Now { get; set; }

        public override long TimestampFrequency => TicksPerSecond;

        public override long GetTimestamp() => Now;

        // Start far from the earliest date: a nonsensical trace may compute times far in the past.
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Now);
    }

    // The packets hold only their length.
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
