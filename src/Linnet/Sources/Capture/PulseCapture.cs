using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Sources.Capture;

/// <summary>Records through PulseAudio or PipeWire, at the device's own rate and channels.</summary>
internal sealed class PulseCapture : ICapture
{
    private static readonly TimeSpan Fragment = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly PulseConnection _connection;
    private readonly PulseStream _stream;

    private PulseCapture(PulseConnection connection, PulseStream stream, AudioFormat format)
    {
        _connection = connection;
        _stream = stream;
        Format = format;
        Name = stream.DeviceName;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>Opens an input or the monitor of an output; <see langword="null"/> is the default input.</summary>
    /// <exception cref="DllNotFoundException">libpulse is not installed.</exception>
    /// <exception cref="IOException">No server answers, or it does not have the device.</exception>
    internal static PulseCapture Open(string? device, string? server, TimeProvider time, CancellationToken cancellationToken)
    {
        PulseConnection connection = PulseConnection.Connect(server, time, cancellationToken);
        PulseStream? stream = null;
        try
        {
            PulseEndpoint source = Find(PulseEndpoints.Ask(connection, cancellationToken), device);
            var format = new AudioFormat(
                Math.Clamp(source.SampleRate, AudioFormat.MinSampleRate, AudioFormat.MaxSampleRate),
                Math.Clamp(source.Channels, 1, AudioFormat.MaxChannels));
            stream = new PulseStream(connection, format.SampleRate, format.Channels);
            stream.ConnectRecord(source.Name, format.FramesIn(Fragment), cancellationToken);
            return new PulseCapture(connection, stream, format);
        }
        catch
        {
            stream?.Dispose();
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Run(PcmBuffer buffer, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration waking =
            cancellationToken.UnsafeRegister(static c => ((PulseConnection)c!).Wake(), _connection);
        _stream.Start(cancellationToken);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _stream.ThrowIfGone();
            for (int frames = _stream.Peek(out ReadOnlySpan<float> pcm); frames > 0; frames = _stream.Peek(out pcm))
            {
                if (pcm.IsEmpty)
                {
                    buffer.PushSilence(frames);
                }
                else
                {
                    buffer.Push(pcm);
                }

                _stream.Drop();
            }

            _connection.Iterate(LongestWait);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _connection.Dispose();
    }

    private static PulseEndpoint Find(PulseEndpoints endpoints, string? device)
    {
        PulseEndpoint? source = device switch
        {
            null => endpoints.Sources.FirstOrDefault(s => s.Name == endpoints.DefaultSource),
            CaptureSource.Monitor => endpoints.Sources.FirstOrDefault(s => s.MonitorOf is not null && s.MonitorOf == endpoints.DefaultSink),
            _ => endpoints.Sources.FirstOrDefault(s => s.Name == device) ?? endpoints.Sources.FirstOrDefault(s => s.MonitorOf == device),
        };
        return source ?? throw new IOException(device switch
        {
            null => "The sound server has no input.",
            CaptureSource.Monitor => "The sound server has no output that can be recorded.",
            _ => $"The sound server has no input '{device}'.",
        });
    }
}
