using BenchmarkDotNet.Attributes;
using Linnet.Codecs.Opus;

namespace Linnet.Bench;

/// <summary>Encoding and decoding one Opus packet, stereo at 128 kb/s.</summary>
[MemoryDiagnoser]
public class OpusBench : IDisposable
{
    private OpusEncoder _encoder = null!;
    private OpusDecoder _decoder = null!;
    private float[] _block = [];
    private byte[] _packet = [];
    private byte[] _encoded = [];
    private float[] _decoded = [];

    [Params(5, 20)]
    public int PacketMs { get; set; }

    [Params(5, 10)]
    public int Complexity { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _encoder = new OpusEncoder(2, new OpusEncoderOptions
        {
            PacketTime = TimeSpan.FromMilliseconds(PacketMs),
            Complexity = Complexity,
            LowDelay = PacketMs == 5,
        });
        _decoder = new OpusDecoder(2);
        _block = new float[_encoder.FramesPerPacket * 2];
        _packet = new byte[_encoder.MaxPacketLength];
        _decoded = new float[_decoder.MaxFramesPerPacket * 2];
        var random = new Random(1);
        for (int i = 0; i < _block.Length; i++)
        {
            _block[i] = (0.4f * MathF.Sin(i * 0.05f)) + (0.1f * random.NextSingle());
        }

        for (int i = 0; i < 10; i++)
        {
            _encoded = _packet[.._encoder.Encode(_block, _packet)];
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int Encode() => _encoder.Encode(_block, _packet);

    [Benchmark]
    public bool Decode() => _decoder.TryDecode(_encoded, _decoded, out _);

    [Benchmark]
    public void Conceal() => _decoder.Conceal(_decoded.AsSpan(0, _block.Length));
}
