using BenchmarkDotNet.Attributes;
using Linnet.Audio;
using Linnet.Codecs.Opus;
using Linnet.Receive;
using Linnet.Wire.Rtp;

namespace Linnet.Bench;

/// <summary>
/// The cost of one player: a second of stereo Opus, from datagrams to a device whose clock drifts. 10 ms are 1 % of a core.
/// </summary>
[MemoryDiagnoser]
public class PlayerBench : IDisposable
{
    private const long Second = 10_000_000;
    private const byte PayloadType = 96;
    private const int Kept = 500;

    private readonly OpusDecoder _decoder = new(2);
    private readonly Clock _clock = new();
    private readonly float[] _pcm = new float[480 * 2];
    private readonly List<byte[]> _payloads = [];
    private byte[] _datagram = [];
    private Receiver? _receiver;
    private int _frames;
    private long _sequence;
    private long _nextPeriodAt;

    /// <summary>Audio per packet, in milliseconds.</summary>
    [Params(5, 20)]
    public int PacketMs { get; set; }

    [GlobalSetup]
    public void Encode()
    {
        _frames = 48 * PacketMs;
        using var encoder = new OpusEncoder(
            2, new OpusEncoderOptions { BitRate = 128_000, PacketTime = TimeSpan.FromMilliseconds(PacketMs), LowDelay = PacketMs == 5 });
        float[] sound = new float[_frames * 2];
        byte[] payload = new byte[1500];
        for (int packet = 0; packet < Kept; packet++)
        {
            for (int i = 0; i < sound.Length; i++)
            {
                double at = ((packet * _frames) + (i / 2)) / 48_000.0;
                sound[i] = (float)(0.2
                    * (Math.Sin(2 * Math.PI * 220 * at) + Math.Sin(2 * Math.PI * 331 * at) + Math.Sin(2 * Math.PI * 3000 * at)));
            }

            _payloads.Add(payload[..encoder.Encode(sound, payload)]);
        }

        _datagram = new byte[RtpHeader.Length + 1500];
        _receiver = new Receiver(_decoder, PayloadType, new ReceiverOptions(), _clock);
        for (int i = 0; i < 20; i++)
        {
            Play();
        }
    }

    [Benchmark]
    public long Play()
    {
        long until = (_sequence * _frames) + 48_000;
        while (_sequence * _frames < until)
        {
            long at = _sequence * _frames * Second / 48_000;
            for (; _nextPeriodAt < at; _nextPeriodAt += 100_003)
            {
                _clock.Ticks = _nextPeriodAt;
                _receiver!.Read(_pcm, _nextPeriodAt + 150_000, _nextPeriodAt);
            }

            _clock.Ticks = at;
            byte[] payload = _payloads[(int)(_sequence % Kept)];
            new RtpHeader(PayloadType, Marker: false, (ushort)_sequence, (uint)(_sequence * _frames), 1).Write(_datagram);
            payload.CopyTo(_datagram.AsSpan(RtpHeader.Length));
            _receiver!.OnRtp(_datagram.AsSpan(0, RtpHeader.Length + payload.Length), at);
            _sequence++;
        }

        return _sequence;
    }

    public void Dispose()
    {
        _decoder.Dispose();
        GC.SuppressFinalize(this);
    }

    private sealed class Clock : TimeProvider
    {
        internal long Ticks { get; set; }

        public override long TimestampFrequency => Second;

        public override long GetTimestamp() => Ticks;
    }
}
