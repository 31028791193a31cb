using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Sources.Capture;

/// <summary>Records from a sound card through ALSA, for machines without a sound server.</summary>
internal sealed class AlsaCapture : ICapture
{
    private const int SampleRate = 48_000;
    private const int Channels = 2;
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Buffer = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    private readonly AlsaPcm _pcm;
    private readonly SampleEncoding _encoding;

    private AlsaCapture(AlsaPcm pcm)
    {
        _pcm = pcm;
        _encoding = SampleEncoding.All.First(encoding => encoding.Name == pcm.Encoding);
    }

    /// <inheritdoc/>
    public string Name => _pcm.Name;

    /// <inheritdoc/>
    public AudioFormat Format => new(_pcm.SampleRate, _pcm.Channels);

    /// <summary>Opens an ALSA device by name; <see langword="null"/> is the default device.</summary>
    /// <exception cref="DllNotFoundException">ALSA is not installed.</exception>
    /// <exception cref="IOException">The device does not exist or is in use.</exception>
    internal static AlsaCapture Open(string? device, CancellationToken cancellationToken) =>
        new(AlsaPcm.Open(device ?? "default", Alsa.Capture, SampleRate, Channels, Period, Buffer, cancellationToken));

    /// <inheritdoc/>
    public void Run(PcmBuffer buffer, CancellationToken cancellationToken)
    {
        float[] samples = new float[_pcm.PeriodFrames * _pcm.Channels];
        byte[] bytes = new byte[samples.Length * _encoding.BytesPerSample];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _pcm.StartIfPrepared();
            int frames = _pcm.Read(bytes, _pcm.PeriodFrames);
            if (frames > 0)
            {
                int length = frames * _pcm.Channels;
                PcmConvert.ToFloat(_encoding, bytes.AsSpan(0, length * _encoding.BytesPerSample), samples);
                buffer.Push(samples.AsSpan(0, length));
            }
            else if (frames is 0 or Alsa.Again)
            {
                _pcm.Wait(LongestWait);
            }
            else
            {
                _pcm.Recover(frames);
                buffer.Lose();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pcm.Dispose();
}
