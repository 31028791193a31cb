using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Playback.Devices;

/// <summary>Plays on a sound card through ALSA, at the card's own sample rate. For machines without a sound server.</summary>
/// <param name="name">ALSA's name of the device, such as <c>default</c> or <c>hw:0,0</c>.</param>
/// <param name="time">The clock for all instants.</param>
/// <param name="latency">The card's buffer, from request to playback, 5–2000 ms, as close as the card allows. Default 40 ms.</param>
public sealed class AlsaDevice(string name, TimeProvider time, TimeSpan? latency = null) : IAudioDevice
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(50);

    // ALSA's null and file devices accept any amount at once. Without a limit, an hour would pass in a second.
    private static readonly TimeSpan MostAhead = TimeSpan.FromMilliseconds(100);

    private readonly TimeSpan _latency = DeviceLatency.Checked(latency);
    private readonly CancellationTokenSource _disposing = new();
    private Task _running = Task.CompletedTask;
    private AlsaPcm? _pcm;
    private AudioFormat _format;
    private SampleEncoding _encoding = SampleEncoding.F32LE;
    private float[] _samples = [];
    private byte[] _bytes = [];
    private long _underruns;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool HasClock => true;

    /// <summary>How often the card ran out of audio and played silence.</summary>
    public long Underruns => Interlocked.Read(ref _underruns);

    /// <inheritdoc/>
    public async ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken)
    {
        if (_pcm is not null)
        {
            if (!_running.IsFaulted)
            {
                throw new InvalidOperationException($"{name} is open already.");
            }

            _pcm.Dispose();
            (_pcm, _running) = (null, Task.CompletedTask);
        }

        TimeSpan period = Period < _latency / 2 ? Period : _latency / 2;
        AlsaPcm pcm = _pcm = await Task.Run(
            () => AlsaPcm.Open(name, Alsa.Playback, wanted.SampleRate, wanted.Channels, period, _latency, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        _format = new AudioFormat(pcm.SampleRate, pcm.Channels);
        _encoding = SampleEncoding.All.First(encoding => encoding.Name == pcm.Encoding);
        _samples = new float[pcm.PeriodFrames * pcm.Channels];
        _bytes = new byte[_samples.Length * _encoding.BytesPerSample];
        return _format;
    }

    /// <inheritdoc/>
    public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        AlsaPcm pcm = _pcm ?? throw new InvalidOperationException($"{name} is not open: call {nameof(OpenAsync)}.");
        return _running = AudioThread.RunAsync("linnet-alsa", () => Play(pcm, callback, cancellationToken));
    }

    /// <summary>Stops playback at once and closes the device.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pcm?.Dispose();
    }

    private void Play(AlsaPcm pcm, AudioCallback callback, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        var heard = new HeardClock(_format.SampleRate, time.TimestampFrequency);
        long start = time.GetTimestamp();
        long given = 0;
        long? end = null;
        while (end is null || time.GetTimestamp() < end)
        {
            stop.Token.ThrowIfCancellationRequested();
            int available = pcm.Available();
            if (available < 0)
            {
                Interlocked.Increment(ref _underruns);
                pcm.Recover(available);
                continue;
            }

            TimeSpan ahead = _format.DurationOf(given - pcm.BufferFrames) - time.GetElapsedTime(start);
            if (ahead > MostAhead)
            {
                stop.Token.WaitHandle.WaitOne(LongestWait);
                continue;
            }

            if (available < pcm.PeriodFrames)
            {
                // The buffer is full: start now. The last frame that fits plays one whole buffer later.
                pcm.StartIfPrepared();
                pcm.Wait(LongestWait);
                continue;
            }

            heard.Observe(time.GetTimestamp() + (pcm.DelayFrames() * time.TimestampFrequency / _format.SampleRate));
            int frames = end is null ? callback(_samples, heard.HeardAt) : 0;
            if (frames == AudioDevice.End)
            {
                end = heard.HeardAt;
                frames = 0;
            }

            if (frames == 0)
            {
                // Fill with silence if there is no audio yet. After the end, too, until the last frame has been played.
                _samples.AsSpan().Clear();
                frames = pcm.PeriodFrames;
            }

            Write(pcm, frames, stop.Token);
            heard.Advance(frames);
            given += frames;
        }
    }

    private void Write(AlsaPcm pcm, int frames, CancellationToken cancellationToken)
    {
        int bytesPerFrame = _encoding.BytesPerSample * _format.Channels;
        int length = PcmConvert.FromFloat(_encoding, _samples.AsSpan(0, frames * _format.Channels), _bytes);
        ReadOnlySpan<byte> rest = _bytes.AsSpan(0, length);
        while (!rest.IsEmpty)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int taken = pcm.Write(rest, rest.Length / bytesPerFrame);
            if (taken == Alsa.Again)
            {
                pcm.StartIfPrepared();
                pcm.Wait(LongestWait);
            }
            else if (taken < 0)
            {
                Interlocked.Increment(ref _underruns);
                pcm.Recover(taken);
            }
            else
            {
                rest = rest[(taken * bytesPerFrame)..];
            }
        }
    }
}
