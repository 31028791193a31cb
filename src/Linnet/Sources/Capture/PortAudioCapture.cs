using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Sources.Capture;

/// <summary>Records through PortAudio, which is how Linnet records on macOS.</summary>
/// <remarks>
/// PortAudio calls back on a thread that must not wait, so that thread writes to a ring without a lock, and the thread of
/// <see cref="Run"/> empties it.
/// </remarks>
internal sealed class PortAudioCapture : ICapture
{
    private const int MostChannels = 2;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    // A busy machine may delay the reader this long before frames are lost.
    private static readonly TimeSpan RingLength = TimeSpan.FromMilliseconds(500);

    private readonly PortAudioStream _stream;
    private float[] _ring = [];
    private long _written;
    private long _read;
    private long _losses;

    private PortAudioCapture(string? device) =>
        _stream = PortAudioStream.Open(device, isInput: true, sampleRate: 0, MostChannels, Latency, Take, (rate, channels) =>
        {
            Format = new AudioFormat(Math.Clamp(rate, AudioFormat.MinSampleRate, AudioFormat.MaxSampleRate), channels);
            _ring = new float[Format.FramesIn(RingLength) * channels];
        });

    /// <inheritdoc/>
    public string Name => _stream.Endpoint.Name;

    /// <inheritdoc/>
    public AudioFormat Format { get; private set; }

    /// <summary>Opens an input by name, or by a part of it; <see langword="null"/> is the default input.</summary>
    /// <exception cref="DllNotFoundException">PortAudio is not installed.</exception>
    /// <exception cref="IOException">The device does not exist, or cannot be opened.</exception>
    internal static PortAudioCapture Open(string? device) => new(device);

    /// <inheritdoc/>
    public void Run(PcmBuffer buffer, CancellationToken cancellationToken)
    {
        WaitHandle[] events = [cancellationToken.WaitHandle, _stream.Ended];
        float[] samples = new float[_ring.Length];
        long losses = 0;
        _stream.Start();
        while (WaitHandle.WaitAny(events, Pause) == WaitHandle.WaitTimeout)
        {
            int length = (int)(Volatile.Read(ref _written) - _read);
            if (length > 0)
            {
                SampleRing.Read(_ring, _read, samples.AsSpan(0, length));
                Volatile.Write(ref _read, _read + length);
                buffer.Push(samples.AsSpan(0, length));
            }

            if (Volatile.Read(ref _losses) != losses)
            {
                losses = Volatile.Read(ref _losses);
                buffer.Lose();
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new IOException($"The sound device {Name} is gone.", _stream.Problem);
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>PortAudio's thread.</summary>
    private bool Take(Span<float> samples, double untilPlayed, bool stumbled)
    {
        int length = (int)Math.Min(samples.Length, _ring.Length - (_written - Volatile.Read(ref _read)));
        length -= length % Format.Channels;
        if (stumbled || length < samples.Length)
        {
            Volatile.Write(ref _losses, _losses + 1);
        }

        SampleRing.Write(_ring, _written, samples[..length]);
        Volatile.Write(ref _written, _written + length);
        return true;
    }
}
