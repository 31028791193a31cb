using System.Runtime.Versioning;
using Linnet.Audio;
using Linnet.Clock;
using Linnet.Native;

namespace Linnet.Playback.Devices;

/// <summary>Plays on an output of Windows, at the rate and with the channels that Windows mixes in.</summary>
/// <remarks>
/// If the user chooses another default output, a device without a name continues there, in the same format, which Windows then converts.
/// </remarks>
/// <param name="output">Name, part of the name, or ID of an output; <see langword="null"/> for the default one.</param>
/// <param name="time">The clock for all instants.</param>
/// <param name="latency">From request to playback, 5–2000 ms, as close as Windows allows. Default 40 ms.</param>
[SupportedOSPlatform("windows")]
internal sealed class WasapiDevice(string? output, TimeProvider time, TimeSpan? latency = null) : IAudioDevice
{
    // Windows says when sound is heard only once some is, so play silence until the device plays steadily. Wait no longer than this.
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);

    // An output that takes no sound for longer than this has hung.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(3);

    private readonly TimeSpan _latency = DeviceLatency.Checked(latency);
    private readonly CancellationTokenSource _disposing = new();
    private readonly AutoResetEvent _ready = new(false);
    private Task _running = Task.CompletedTask;
    private WasapiStream? _stream;
    private long _underruns;
    private bool _isInCallback;

    /// <summary>The output's name, once it is open.</summary>
    public string Name => Volatile.Read(ref _stream)?.Endpoint.Name ?? output ?? "default";

    /// <inheritdoc/>
    public bool HasClock => true;

    /// <summary>How often the device ran out of audio and played silence.</summary>
    internal long Underruns => Interlocked.Read(ref _underruns);

    /// <summary>What Windows says about the open stream.</summary>
    internal WasapiStream? Stream => Volatile.Read(ref _stream);

    /// <inheritdoc/>
    public async ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken)
    {
        if (_stream is not null)
        {
            if (!_running.IsFaulted)
            {
                throw new InvalidOperationException($"{Name} is open already.");
            }

            Close();
        }

        _stream = await Task.Run(() => Open(null), cancellationToken).ConfigureAwait(false);
        return FormatOf(_stream);
    }

    /// <inheritdoc/>
    public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        if (_stream is null)
        {
            throw new InvalidOperationException($"{Name} is not open: call {nameof(OpenAsync)}.");
        }

        return _running = AudioThread.RunAsync("linnet-wasapi", () => PlayOrLose(callback, cancellationToken));
    }

    /// <summary>Stops playback at once and closes the device.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Close();
        _ready.Dispose();
    }

    private static AudioFormat FormatOf(WasapiStream stream) => new(stream.Format.SampleRate, stream.Format.Channels);

    private void Close()
    {
        _stream?.Dispose();
        (_stream, _running) = (null, Task.CompletedTask);
    }

    private WasapiStream Open(WasapiFormat? format)
    {
        WasapiEndpoint[] outputs = [.. WasapiEndpoints.List().Where(static e => !e.IsInput)];
        WasapiEndpoint endpoint = WasapiEndpoint.Find(outputs, output, out string[] others)
            ?? throw new IOException(output is null ? "Windows has no output that is switched on and plugged in."
                : others.Length > 0 ? $"Windows has several outputs '{output}': {string.Join("; ", others)}."
                : $"Windows has no output '{output}'.");
        return WasapiStream.Open(endpoint, WasapiUse.Play, format, _latency, _ready);
    }

    private void PlayOrLose(AudioCallback callback, CancellationToken cancellationToken)
    {
        try
        {
            Play(callback, cancellationToken);
        }
        catch (Exception e) when (!_isInCallback && WasapiEndpoints.IsFailure(e) && e is not InvalidOperationException)
        {
            throw WasapiEndpoints.Failed($"The sound device {Name} is gone", e);
        }
    }

    private void Play(AudioCallback callback, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        using CancellationTokenRegistration waking = stop.Token.UnsafeRegister(static e => ((AutoResetEvent)e!).Set(), _ready);
        using DefaultEndpoint? standard = output is null ? new DefaultEndpoint(isInput: false, _ready, time) : null;
        WasapiStream stream = _stream!;
        AudioFormat format = FormatOf(stream);
        var heard = new HeardClock(format.SampleRate, time.TimestampFrequency);
        long start = time.GetTimestamp();
        long busyAt = start;
        long? end = null;
        bool isHeard = false;
        var steady = new SteadyStart(format.SampleRate, time.TimestampFrequency);

        _isInCallback = false;
        Start(stream);
        while (end is null || time.GetTimestamp() < end)
        {
            stop.Token.ThrowIfCancellationRequested();
            if (standard is not null && standard.IsMoveDue)
            {
                standard.OnMoved(TryMove(ref stream));
            }

            int room = stream.Room;
            if (room <= 0)
            {
                _ = _ready.WaitOne(LongestWait);
                if (time.GetElapsedTime(busyAt) > _latency + MaxIdle)
                {
                    throw new IOException($"The sound device {Name} takes no more sound; it has hung.");
                }

                continue;
            }

            busyAt = time.GetTimestamp();
            CountUnderrun(stream);
            isHeard = Observe(stream, heard, steady, mayGuess: isHeard || time.GetElapsedTime(start) > MaxSilence);
            if (!isHeard || end is not null)
            {
                stream.WriteSilence(room);
            }
            else
            {
                end = WriteSound(stream, room, heard, callback);
            }
        }
    }

    private static void Start(WasapiStream stream)
    {
        stream.WriteSilence(stream.Room);
        stream.Start();
    }

    private bool TryMove(ref WasapiStream stream)
    {
        WasapiStream to;
        try
        {
            to = Open(stream.Format);
        }
        catch (IOException)
        {
            // Another program has it alone, or it is not ready. If the old device is gone, its next call tells.
            return false;
        }

        if (to.Endpoint.Id == stream.Endpoint.Id)
        {
            to.Dispose();
            return true;
        }

        Volatile.Write(ref _stream, to);
        stream.Dispose();
        stream = to;
        Start(to);
        return true;
    }

    private void CountUnderrun(WasapiStream stream)
    {
        if (stream.Waiting == 0)
        {
            Interlocked.Increment(ref _underruns);
        }
    }

    /// <summary>Tells the clock when the next frame will be heard.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="heard">The clock.</param>
    /// <param name="steady">Judges the start of the device.</param>
    /// <param name="mayGuess">If Windows does not know it: whether to take the length of the buffer instead.</param>
    /// <returns>Whether the clock is right.</returns>
    private bool Observe(WasapiStream stream, HeardClock heard, SteadyStart steady, bool mayGuess)
    {
        bool isKnown = stream.TryGetPosition(out long played, out TimeSpan age);
        long now = time.GetTimestamp();
        if (!mayGuess && (!isKnown || !steady.Observe(now - age.InTicks(time), played)))
        {
            return false;
        }

        if (!isKnown)
        {
            (played, age) = (stream.Written - stream.Waiting, TimeSpan.Zero);
        }

        heard.Observe(WasapiTiming.HeardAt(now, time.TimestampFrequency, stream.Written - played, age, stream.Format.SampleRate));
        return true;
    }

    /// <summary>Fills the room.</summary>
    /// <returns>When the last frame will have been heard, if there is no more audio.</returns>
    private long? WriteSound(WasapiStream stream, int room, HeardClock heard, AudioCallback callback)
    {
        int channels = stream.Format.Channels;
        while (room > 0)
        {
            Span<float> pcm = stream.BeginWrite(room);
            _isInCallback = true;
            int frames = callback(pcm, heard.HeardAt);
            _isInCallback = false;
            if (frames == AudioDevice.End)
            {
                stream.Write(0);
                return heard.HeardAt;
            }

            if (frames == 0)
            {
                // A sound card does not wait: without audio, play silence.
                pcm[..(room * channels)].Clear();
                frames = room;
            }

            stream.Write(frames);
            heard.Advance(frames);
            room -= frames;
        }

        return null;
    }
}
