using System.Runtime.ExceptionServices;
using Linnet.Audio;
using Linnet.Clock;
using Linnet.Native;

namespace Linnet.Playback.Devices;

/// <summary>Plays through PortAudio, which is how Linnet plays on macOS.</summary>
/// <remarks>
/// PortAudio calls back on its own thread, with any number of frames. It does not say when a device has gone: the callbacks stop, or the
/// stream ends.
/// </remarks>
/// <param name="name">The device's name, or a part of it that no other name has; <see langword="null"/> for the default output.</param>
/// <param name="time">The clock for all instants.</param>
/// <param name="latency">From request to playback, 5–2000 ms, as close as the device allows. Default 40 ms.</param>
internal sealed class PortAudioDevice(string? name, TimeProvider time, TimeSpan? latency = null) : IAudioDevice
{
    // A device that has not asked for audio for this time is gone. A busy machine is late by less.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Check = TimeSpan.FromMilliseconds(100);

    // PortAudio's time does not count what a sound server behind the device holds: 134 ms were missing through ALSA's plugin for
    // PulseAudio. At the end so much silence follows.
    private static readonly TimeSpan Tail = TimeSpan.FromMilliseconds(250);

    private readonly TimeSpan _latency = DeviceLatency.Checked(latency);
    private readonly CancellationTokenSource _disposing = new();
    private Task _running = Task.CompletedTask;
    private PortAudioStream? _stream;
    private AudioFormat _format;
    private HeardClock? _heard;
    private AudioCallback? _callback;
    private long? _end;
    private long _underruns;

    /// <summary>The output's name, once it is open.</summary>
    public string Name => _stream?.Endpoint.Name ?? name ?? "default";

    /// <inheritdoc/>
    public bool HasClock => true;

    /// <summary>How often the device ran out of audio and played silence.</summary>
    internal long Underruns => Interlocked.Read(ref _underruns);

    /// <inheritdoc/>
    public async ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken)
    {
        if (_stream is not null)
        {
            if (!_running.IsFaulted)
            {
                throw new InvalidOperationException($"{Name} is open already.");
            }

            // The thread that played has closed the stream.
            (_stream, _running) = (null, Task.CompletedTask);
        }

        _stream = await Task.Run(
            () => PortAudioStream.Open(
                name, isInput: false, wanted.SampleRate, wanted.Channels, _latency, Fill,
                (rate, channels) => _format = new AudioFormat(rate, channels)),
            cancellationToken).ConfigureAwait(false);
        return _format;
    }

    /// <inheritdoc/>
    public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        PortAudioStream stream = _stream ?? throw new InvalidOperationException($"{Name} is not open: call {nameof(OpenAsync)}.");
        (_callback, _end, _heard) = (callback, null, new HeardClock(_format.SampleRate, time.TimestampFrequency));
        return _running = AudioThread.RunAsync("linnet-portaudio", () => Play(stream, cancellationToken));
    }

    /// <summary>Stops playback at once and closes the device.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_stream is PortAudioStream stream)
        {
            await Task.Run(stream.Dispose).ConfigureAwait(false);
        }
    }

    /// <summary>Waits beside PortAudio's thread until the end.</summary>
    private void Play(PortAudioStream stream, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        WaitHandle[] events = [stop.Token.WaitHandle, stream.Ended];
        try
        {
            stop.Token.ThrowIfCancellationRequested();
            stream.Start();
            (long calls, long busyAt) = (0, time.GetTimestamp());
            while (WaitHandle.WaitAny(events, Check) == WaitHandle.WaitTimeout && stream.Problem is null && !stream.IsComplete)
            {
                busyAt = stream.Calls != calls ? time.GetTimestamp() : busyAt;
                calls = stream.Calls;
                if (time.GetElapsedTime(busyAt) > MaxIdle)
                {
                    throw new IOException($"The sound device {Name} asks for no more audio; it is gone, or it has hung.");
                }
            }
        }
        finally
        {
            // After this, PortAudio's thread calls no more.
            stream.Dispose();
        }

        stop.Token.ThrowIfCancellationRequested();
        if (stream.Problem is Exception problem)
        {
            ExceptionDispatchInfo.Throw(problem);
        }

        if (!stream.IsComplete)
        {
            throw new IOException($"The sound device {Name} is gone.");
        }
    }

    /// <summary>PortAudio's thread: fills the buffer; <see langword="false"/> when the last frame was heard.</summary>
    private bool Fill(Span<float> pcm, double untilPlayed, bool stumbled)
    {
        (HeardClock heard, AudioCallback callback, int channels) = (_heard!, _callback!, _format.Channels);
        if (stumbled)
        {
            Interlocked.Increment(ref _underruns);
        }

        long now = time.GetTimestamp();
        double ahead = untilPlayed >= 0 ? untilPlayed : _stream?.Latency ?? 0;
        heard.Observe(now + (long)(ahead * time.TimestampFrequency));
        while (!pcm.IsEmpty)
        {
            int frames = _end is null ? callback(pcm, heard.HeardAt) : 0;
            if (frames == AudioDevice.End)
            {
                _end = heard.HeardAt + Tail.InTicks(time);
                frames = 0;
            }

            if (frames == 0)
            {
                // Silence if there is no audio yet. After the end, too, until the last frame has been played.
                pcm.Clear();
                frames = pcm.Length / channels;
            }

            heard.Advance(frames);
            pcm = pcm[(frames * channels)..];
        }

        return _end is null || now < _end;
    }
}
