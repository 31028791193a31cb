using BenchmarkDotNet.Attributes;
using Linnet.Audio;

namespace Linnet.Bench;

/// <summary>Resampling one second of stereo in blocks of 10 ms. 10 ms of time are 1 % of a core.</summary>
[MemoryDiagnoser]
public class ResamplerBench
{
    private float[] _input = [];
    private float[] _output = [];
    private Resampler _resampler = new(48_000, 48_000, 2);

    [Params("44100>48000", "48000>44100", "96000>48000", "8000>48000", "48000>48000")]
    public string Rates { get; set; } = "48000>48000";

    /// <summary>Speed adjustment in parts per million, as in a player's drift correction.</summary>
    [Params(0, 100)]
    public int Ppm { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int[] rates = [.. Rates.Split('>').Select(int.Parse)];
        _input = new float[2 * rates[0] / 100];
        _output = new float[2 * ((rates[1] / 100) + 2)];
        _resampler = new Resampler(rates[0], rates[1], 2) { Adjustment = Ppm * 1e-6 };
        for (int i = 0; i < _input.Length; i++)
        {
            _input[i] = MathF.Sin(i * 0.1f);
        }
    }

    [Benchmark]
    public int OneSecond()
    {
        int frames = 0;
        for (int block = 0; block < 100; block++)
        {
            _resampler.Process(_input, _output, out _, out int written);
            frames += written;
        }

        return frames;
    }

    [Benchmark]
    public object Create() => new Resampler(_resampler.InputRate, _resampler.OutputRate, 2);
}
