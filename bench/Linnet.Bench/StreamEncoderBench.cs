using BenchmarkDotNet.Attributes;
using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Flac;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Vorbis;

namespace Linnet.Bench;

/// <summary>Encoding one second of stereo at 48 kHz for each HTTP rendition.</summary>
[MemoryDiagnoser]
public class StreamEncoderBench : IDisposable
{
    private static readonly AudioFormat Format = new(48_000, 2);

    private IAudioEncoder _encoder = null!;
    private float[] _second = [];
    private byte[] _packet = [];

    [Params("mp3", "mp3-64", "opus", "flac", "vorbis")]
    public string Rendition { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _encoder = Rendition switch
        {
            "mp3" => new Mp3Encoder(Format),
            "mp3-64" => new Mp3Encoder(Format, new Mp3EncoderOptions { BitRate = 64_000 }),
            "opus" => new OpusEncoder(2),
            "flac" => new FlacEncoder(Format, 16),
            _ => new VorbisEncoder(Format, 128_000),
        };
        _packet = new byte[_encoder.MaxPacketLength];
        _second = new float[Format.SampleRate * Format.Channels];
        var random = new Random(1);
        for (int i = 0; i < _second.Length; i++)
        {
            float sample =
                (0.4f * MathF.Sin(i * 0.05f)) + (0.2f * MathF.Sin(i * (0.01f + (0.0000001f * i)))) + (0.05f * random.NextSingle());
            _second[i] = MathF.Round(sample * 32768) / 32768;
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _encoder.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int Encode()
    {
        int bytes = 0;
        int block = _encoder.FramesPerBlock * Format.Channels;
        for (int i = 0; i + block <= _second.Length; i += block)
        {
            bytes += _encoder.Encode(_second.AsSpan(i, block), _packet);
            while (_encoder.TryTake(_packet, out int length, out _))
            {
                bytes += length;
            }
        }

        return bytes;
    }
}
