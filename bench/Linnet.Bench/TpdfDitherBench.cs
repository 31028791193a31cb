using BenchmarkDotNet.Attributes;
using Linnet.Audio;

namespace Linnet.Bench;

/// <summary>Dither for one packet of 5 ms stereo at 48 kHz.</summary>
[MemoryDiagnoser]
public class TpdfDitherBench
{
    private readonly float[] _pcm = new float[2 * 240];
    private readonly float[] _dithered = new float[2 * 240];
    private readonly TpdfDither _dither = new();

    [Benchmark]
    public void Apply() => _dither.Apply(_pcm, _dithered, 16);
}
