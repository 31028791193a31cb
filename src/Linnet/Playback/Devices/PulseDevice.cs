using Linnet.Audio;
using Linnet.Clock;
using Linnet.Native;

namespace Linnet.Playback.Devices;

/// <summary>
/// Plays through PulseAudio or PipeWire, which convert to the sound card's format. The player keeps control of the volume.
/// </summary>
/// <param name="sink">The server's name of an output; <see langword="null"/> for its default one.</param>
/// <param name="time">The clock for all instants.</param>
/// <param name="latency">From request to playback, 5–2000 ms, as close as the device allows. Default 40 ms.</param>
/// <param name="server">The server, as in <c>PULSE_SERVER</c>, such as <c>unix:/run/user/1000/pulse/native</c>; <see langword="null"/>
/// for the user's own.</param>
public sealed class PulseDevice(string? sink, TimeProvider time, TimeSpan? latency = null, string? server = null) : IAudioDevice
{
    // The server reports when audio plays only once some does, so play silence until then. Wait no longer than this for the report.
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(2);

    // A server that accepts no audio for longer than this, although the stream is not suspended, has hung.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    private readonly TimeSpan _latency = DeviceLatency.Checked(latency);
    private readonly CancellationTokenSource _disposing = new();
    private Task _running = Task.CompletedTask;
    private PulseConnection? _connection;
    private PulseStream? _stream;
    private AudioFormat _format;
    private long _underruns;

    /// <summary>The output's name, once it is open.</summary>
    public string Name => _stream?.DeviceName ?? sink ?? "default";

    /// <inheritdoc/>
    public bool HasClock => true;

    /// <summary>How often the device ran out of audio and played silence.</summary>
    public long Underruns => Interlocked.Read(ref _underruns);

    /// <inheritdoc/>
    public async ValueTask<AudioFormat> OpenAsync(AudioFormat wanted, CancellationToken cancellationToken)
    {
        if (_connection is not null)
        {
            if (!_running.IsFaulted)
            {
                throw new InvalidOperationException($"{Name} is open already.");
            }

            Close();
        }

        await Task.Run(() => Connect(wanted, cancellationToken), cancellationToken).ConfigureAwait(false);
        return wanted;
    }

    /// <inheritdoc/>
    public Task RunAsync(AudioCallback callback, CancellationToken cancellationToken)
    {
        if (_connection is null || _stream is null)
        {
            throw new InvalidOperationException($"{Name} is not open: call {nameof(OpenAsync)}.");
        }

        (PulseConnection connection, PulseStream stream) = (_connection, _stream);
        return _running = AudioThread.RunAsync("linnet-pulse", () => Play(connection, stream, callback, cancellationToken));
    }

    /// <summary>Stops playback at once and closes the device.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Close();
    }

    private void Close()
    {
        _stream?.Dispose();
        _connection?.Dispose();
        (_stream, _connection, _running) = (null, null, Task.CompletedTask);
    }

    private void Connect(AudioFormat wanted, CancellationToken cancellationToken)
    {
        PulseConnection connection = PulseConnection.Connect(server, time, cancellationToken);
        PulseStream? stream = null;
        try
        {
            stream = new PulseStream(connection, wanted.SampleRate, wanted.Channels);
            TimeSpan request = Period < _latency / 2 ? Period : _latency / 2;
            stream.ConnectPlayback(sink, wanted.FramesIn(_latency), wanted.FramesIn(request), cancellationToken);
            (_connection, _stream, _format) = (connection, stream, wanted);
        }
        catch
        {
            stream?.Dispose();
            connection.Dispose();
            throw;
        }
    }

    private void Play(PulseConnection connection, PulseStream stream, AudioCallback callback, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        using CancellationTokenRegistration waking = stop.Token.UnsafeRegister(static c => ((PulseConnection)c!).Wake(), connection);
        var heard = new HeardClock(_format.SampleRate, time.TimestampFrequency);
        long start = time.GetTimestamp();
        long underflow = stream.UnderflowIndex;
        bool isHeard = false;
        long busyAt = start;

        stream.Start(stop.Token);
        while (true)
        {
            stop.Token.ThrowIfCancellationRequested();
            stream.ThrowIfGone();
            if (stream.UnderflowIndex != underflow)
            {
                underflow = stream.UnderflowIndex;
                Interlocked.Increment(ref _underruns);
            }

            busyAt = stream.WritableFrames > 0 || stream.IsSuspended ? time.GetTimestamp() : busyAt;
            if (time.GetElapsedTime(busyAt) > _latency + MaxIdle)
            {
                throw new IOException($"The sound server accepts no more audio for {stream.DeviceName}; it has hung.");
            }

            isHeard = isHeard || stream.IsHeard || time.GetElapsedTime(start) > MaxSilence;
            if (!isHeard)
            {
                WriteSilence(stream);
            }
            else if (!WriteSound(stream, heard, callback))
            {
                break;
            }

            connection.Iterate(Period * 10);
        }

        stream.Drain(_latency + DrainGrace, stop.Token);
    }

    private static void WriteSilence(PulseStream stream)
    {
        for (int wanted = stream.WritableFrames; wanted > 0; wanted = stream.WritableFrames)
        {
            Span<float> room = stream.BeginWrite(wanted);
            room.Clear();
            stream.Write(room, room.Length / (stream.FrameLength / sizeof(float)));
        }
    }

    /// <summary>Gives the server all the audio that it requests now; <see langword="false"/> at the end.</summary>
    private bool WriteSound(PulseStream stream, HeardClock heard, AudioCallback callback)
    {
        int wanted = stream.WritableFrames;
        if (wanted > 0 && stream.TryGetLatency(out TimeSpan untilHeard))
        {
            heard.Observe(time.GetTimestamp() + untilHeard.InTicks(time));
        }

        while (wanted > 0)
        {
            Span<float> room = stream.BeginWrite(wanted);
            int frames = callback(room, heard.HeardAt);
            if (frames == AudioDevice.End)
            {
                stream.Write(room, 0);
                return false;
            }

            if (frames == 0)
            {
                // A sound card does not wait: without audio, play silence.
                room.Clear();
                frames = room.Length / _format.Channels;
            }

            stream.Write(room, frames);
            heard.Advance(frames);
            wanted -= frames;
        }

        return true;
    }
}
