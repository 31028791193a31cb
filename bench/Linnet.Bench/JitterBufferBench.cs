using BenchmarkDotNet.Attributes;
using Linnet.Audio;
using Linnet.Codecs.Pcm;
using Linnet.Receive;
using Linnet.Wire.Rtp;

namespace Linnet.Bench;

/// <summary>
/// The cost of one packet in a receiver: 5 ms of stereo L16 through the buffer, and all the way to a file and to a device.
/// </summary>
[MemoryDiagnoser]
public class JitterBufferBench : IDisposable
{
    private const int Frames = 240;
    private const byte PayloadType = 96;

    private static readonly AudioFormat Stereo = new(48_000, 2);

    private readonly JitterBuffer _buffer = new(1024);
    private readonly byte[] _datagram = new byte[RtpHeader.Length + (Frames * 4)];
    private readonly byte[] _read = new byte[2048];
    private readonly float[] _pcm = new float[Frames * 2];
    private readonly LinearPcmDecoder _decoder = new(Stereo, 16);
    private readonly Clock _clock = new();
    private readonly Receiver _file;
    private readonly Receiver _device;
    private long _sequence;
    private long _fileSequence;
    private long _deviceSequence;

    public JitterBufferBench()
    {
        _file = new Receiver(_decoder, PayloadType, time: _clock);
        _device = new Receiver(_decoder, PayloadType, time: _clock);
    }

    [GlobalSetup(Target = nameof(ToFile))]
    public void FillFile()
    {
        for (int i = 0; i < 4096; i++)
        {
            ToFile();
        }
    }

    [GlobalSetup(Target = nameof(ToDevice))]
    public void FillDevice()
    {
        for (int i = 0; i < 4096; i++)
        {
            ToDevice();
        }
    }

    [Benchmark]
    public int PutAndTake()
    {
        long sequence = _sequence++;
        _buffer.Put(new BufferedPacket(sequence, sequence * Frames, sequence, Stream: 0), _datagram.AsSpan(RtpHeader.Length));
        long head = _buffer.Head;
        _buffer.TryFind(head, out _);
        _buffer.TryCopy(head, _read, out int length);
        _buffer.AdvanceTo(head + 1);
        return length;
    }

    [Benchmark]
    public int ToFile()
    {
        Receive(_file, _fileSequence++);
        return _file.Take(_pcm, _clock.Ticks);
    }

    [Benchmark]
    public int ToDevice()
    {
        Receive(_device, _deviceSequence++);
        return _device.Read(_pcm, _clock.Ticks, _clock.Ticks);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Receive(Receiver receiver, long sequence)
    {
        _clock.Ticks += 50_000;
        new RtpHeader(PayloadType, Marker: false, (ushort)sequence, (uint)(sequence * Frames), 1).Write(_datagram);
        receiver.OnRtp(_datagram, _clock.Ticks);
    }

    private sealed class Clock : TimeProvider
    {
        internal long Ticks { get; set; }

        public override long TimestampFrequency => 10_000_000;

        public override long GetTimestamp() => Ticks;
    }
}
