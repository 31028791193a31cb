using Linnet.Audio;

namespace Linnet.Sources.Capture;

/// <summary>
/// Captures a microphone, a line input or the sound of an output: through PulseAudio or PipeWire, or else ALSA; on Windows through WASAPI;
/// on macOS, an input through PortAudio.
/// </summary>
public sealed class CaptureSource : IAudioSource
{
    /// <summary>The name for the sound of the default output.</summary>
    internal const string Monitor = "monitor";

    // A reader that is further behind loses the oldest sound.
    private static readonly TimeSpan MostWaiting = TimeSpan.FromSeconds(1);

    private const string PortAudio = "portaudio:";

    /// <summary>A silent sound server is taken for dead after this time.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _disposing = new();
    private readonly ICapture _capture;
    private readonly TimeSpan _longestWait;
    private readonly PcmBuffer _buffer;
    private Thread? _thread;

    /// <param name="capture">The open device.</param>
    /// <param name="longestWait">Replaces <see cref="LongestWait"/>, for tests.</param>
    internal CaptureSource(ICapture capture, TimeSpan? longestWait = null)
    {
        _capture = capture;
        _longestWait = longestWait ?? LongestWait;
        _buffer = new PcmBuffer(capture.Format, capture.Format.FramesIn(MostWaiting));
    }

    /// <summary>Opens a device. Recording starts at the first <see cref="Read"/>.</summary>
    /// <param name="device">
    /// The name of an input; the name of an output or of its monitor, to capture what it plays; <c>monitor</c>, to capture the default
    /// output; <see langword="null"/> or empty for the default input. After <c>portaudio:</c>, a name that PortAudio has for an input.
    /// </param>
    /// <param name="time">Measures the timeouts.</param>
    /// <param name="server">The PulseAudio server; <see langword="null"/> for the user's own.</param>
    /// <param name="cancellationToken">Ends the waits.</param>
    /// <exception cref="IOException">The device does not exist; the message says what to do.</exception>
    public static CaptureSource Open(
        string? device, TimeProvider time, string? server = null, CancellationToken cancellationToken = default)
    {
        device = string.IsNullOrEmpty(device) ? null : device;
        var problems = new List<Exception>();
        foreach (Func<ICapture> open in Candidates(device, time, server, cancellationToken))
        {
            try
            {
                return new CaptureSource(open());
            }
            catch (Exception e) when (e is IOException or DllNotFoundException)
            {
                problems.Add(e);
            }
        }

        string what = device is null ? "sound input" : $"sound input '{device}'";
        string why = string.Join("; ", problems.Select(static e => e.Message.TrimEnd('.')));
        throw new IOException($"There is no {what}; list the available ones with: linnet devices. ({why})", problems[^1]);
    }

    /// <summary>Name of the device, for display.</summary>
    public string Name => _capture.Name;

    /// <inheritdoc/>
    public AudioFormat Format => _capture.Format;

    /// <summary>0: a sound server provides floats.</summary>
    public int BitDepth => 0;

    /// <inheritdoc/>
    public bool IsLive => true;

    /// <inheritdoc/>
    public TimeSpan? Duration => null;

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pcm.Length, Format.Channels, nameof(pcm));
        if (_thread is null)
        {
            _thread = new Thread(Record) { Name = "linnet-capture", IsBackground = true, Priority = ThreadPriority.Highest };
            _thread.Start();
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_buffer.TryRead(pcm, out SourceRead read))
            {
                return read;
            }

            // Devices give frames even in silence: if none come, the device or its server hangs.
            if (!_buffer.WaitForSound(_longestWait, cancellationToken))
            {
                throw new IOException($"The device has sent no audio for {_longestWait.TotalSeconds:0.###} s.");
            }
        }
    }

    /// <summary>Closes the device.</summary>
    public void Dispose()
    {
        _disposing.Cancel();
        _thread?.Join();
        _capture.Dispose();
        _buffer.Dispose();
    }

    // The devices of that name, or the default ones, best first.
    private static Func<ICapture>[] Candidates(string? device, TimeProvider time, string? server, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            return [() => OpenWasapi(device, time)];
        }

        bool isPortAudio = device?.StartsWith(PortAudio, StringComparison.Ordinal) == true;
        if (isPortAudio || OperatingSystem.IsMacOS())
        {
            string? name = isPortAudio ? device![PortAudio.Length..] : device;
            return [() => PortAudioCapture.Open(string.IsNullOrEmpty(name) ? null : name)];
        }

        return
        [
            () => PulseCapture.Open(device, server, time, cancellationToken), () => AlsaCapture.Open(device, cancellationToken),
        ];
    }

    // The platform is known where this is called, but not to the compiler within a lambda.
    private static WasapiCapture OpenWasapi(string? device, TimeProvider time) =>
        OperatingSystem.IsWindows() ? WasapiCapture.Open(device, time) : throw new PlatformNotSupportedException();

    private void Record()
    {
        try
        {
            _capture.Run(_buffer, _disposing.Token);
        }
        catch (OperationCanceledException)
        {
            // Disposed: there is no reader any more.
        }
        catch (Exception e)
        {
            _buffer.End(e);
        }
    }
}
