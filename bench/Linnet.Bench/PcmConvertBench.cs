using BenchmarkDotNet.Attributes;
using Linnet.Audio;

namespace Linnet.Bench;

/// <summary>Converting one packet of 5 ms stereo at 48 kHz to and from its wire format.</summary>
[MemoryDiagnoser]
public class PcmConvertBench
{
    private readonly float[] _pcm = new float[2 * 240];
    private readonly byte[] _bytes = new byte[4 * 2 * 240];
    private SampleEncoding _encoding = SampleEncoding.S16BE;

    [Params("s16be", "s24be", "s32le", "f32le")]
    public string Encoding { get; set; } = "s16be";

    [GlobalSetup]
    public void Setup()
    {
        _encoding = SampleEncoding.All.Single(encoding => encoding.Name == Encoding);
        for (int i = 0; i < _pcm.Length; i++)
        {
            _pcm[i] = MathF.Sin(i * 0.1f);
        }
    }

    [Benchmark]
    public int FromFloat() => PcmConvert.FromFloat(_encoding, _pcm, _bytes);

    [Benchmark]
    public int ToFloat() => PcmConvert.ToFloat(_encoding, _bytes.AsSpan(0, _pcm.Length * _encoding.BytesPerSample), _pcm);
}
