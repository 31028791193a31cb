using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>Handles the samples of one callback of PortAudio, on its thread. Does not allocate, lock, log or wait.</summary>
/// <param name="samples">Samples to be filled for an output, or recorded ones. Valid during the call.</param>
/// <param name="untilPlayed">For an output: seconds until the first of them is heard; negative if unknown.</param>
/// <param name="stumbled">Whether silence was played or frames were lost before.</param>
/// <returns><see langword="false"/> if no more are wanted: the stream ends.</returns>
internal delegate bool PortAudioCallback(Span<float> samples, double untilPlayed, bool stumbled);

/// <summary>An open float32 stream to an output or from an input.</summary>
internal sealed unsafe class PortAudioStream : IDisposable
{
    /// <summary>A stream that does not close within this time is left to its thread, with the memory it uses.</summary>
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(2);

    private readonly PortAudioCallback _callback;
    private readonly bool _isInput;
    private readonly int _channels;
    private readonly GCHandle _self;
    private readonly ManualResetEvent _ended = new(initialState: false);
    private nint _stream;
    private Exception? _problem;
    private bool _isClosing;
    private bool _isComplete;
    private long _calls;
    private int _disposed;

    private PortAudioStream(PortAudioEndpoint endpoint, bool isInput, int channels, PortAudioCallback callback)
    {
        (Endpoint, _isInput, _channels, _callback) = (endpoint, isInput, channels, callback);
        _self = GCHandle.Alloc(this);
    }

    /// <summary>The device.</summary>
    internal PortAudioEndpoint Endpoint { get; }

    /// <summary>Sample rate in Hz.</summary>
    internal int SampleRate { get; private set; }

    /// <summary>PortAudio's own figure for the time from a callback to the sound, in seconds.</summary>
    internal double Latency { get; private set; }

    /// <summary>Set when the stream has ended: the callback ended it, or it failed.</summary>
    internal WaitHandle Ended => _ended;

    /// <summary>Callbacks so far. If it stands still, the device has gone or hangs.</summary>
    internal long Calls => Volatile.Read(ref _calls);

    /// <summary>Whether the callback ended the stream; otherwise the device failed.</summary>
    internal bool IsComplete => Volatile.Read(ref _isComplete);

    /// <summary>What the callback threw.</summary>
    internal Exception? Problem => Volatile.Read(ref _problem);

    /// <summary>Opens a device, in its own sample rate if it does not support the given one. Nothing is played or recorded yet.</summary>
    /// <param name="name">Name of the device, or a part of it; <see langword="null"/>: the default one.</param>
    /// <param name="isInput">Whether to record.</param>
    /// <param name="sampleRate">The wanted sample rate in Hz; 0: the device's own.</param>
    /// <param name="mostChannels">The wanted number of channels; the device may have fewer.</param>
    /// <param name="latency">The wanted latency; the device may have another.</param>
    /// <param name="callback">Handles the samples.</param>
    /// <param name="onOpened">Receives the sample rate and the number of channels before the first callback.</param>
    /// <exception cref="DllNotFoundException">PortAudio is not installed.</exception>
    /// <exception cref="IOException">There is no such device, or it cannot be opened.</exception>
    internal static PortAudioStream Open(
        string? name, bool isInput, int sampleRate, int mostChannels, TimeSpan latency, PortAudioCallback callback,
        Action<int, int> onOpened)
    {
        PortAudioLibrary.Acquire();
        PortAudioStream? stream = null;
        try
        {
            return PortAudioLibrary.Run(() =>
            {
                PortAudioEndpoint endpoint = PortAudioLibrary.Find(PortAudioLibrary.Endpoints(isInput), name)
                    ?? throw new IOException(Missing(name, isInput));
                int channels = Math.Min(mostChannels, endpoint.Channels);
                stream = new PortAudioStream(endpoint, isInput, channels, callback);
                stream.Open(sampleRate, latency);
                onOpened(stream.SampleRate, channels);
                return stream;
            });
        }
        catch
        {
            if (stream is { _stream: not 0 and var opened })
            {
                PortAudioLibrary.Run(() => PortAudio.CloseStream(opened));
            }

            stream?._self.Free();
            stream?._ended.Dispose();
            PortAudioLibrary.Release();
            throw;
        }
    }

    /// <summary>Starts the callbacks.</summary>
    /// <exception cref="IOException">The device does not start.</exception>
    internal void Start() =>
        PortAudioLibrary.Check(PortAudio.StartStream(_stream), $"start the device '{Endpoint.Name}'");

    /// <summary>Ends the callbacks at once, and closes the device. Waits for a callback that runs.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // From now on no callback reaches the owner, even if the device hangs.
        Volatile.Write(ref _isClosing, true);
        var closing = new Thread(Close) { Name = "linnet-portaudio-close", IsBackground = true };
        closing.Start();
        _ = closing.Join(LongestClose);
    }

    private void Open(int sampleRate, TimeSpan latency)
    {
        var parameters = new PortAudio.StreamParameters
        {
            Device = Endpoint.Index,
            Channels = _channels,
            SampleFormat = PortAudio.Float32,
            SuggestedLatency = latency.TotalSeconds,
        };
        PortAudio.StreamParameters* input = _isInput ? &parameters : null;
        PortAudio.StreamParameters* output = _isInput ? null : &parameters;
        SampleRate = sampleRate > 0 && PortAudio.IsFormatSupported(input, output, sampleRate) == PortAudio.FormatIsSupported
            ? sampleRate
            : Endpoint.SampleRate;
        nint stream;
        PortAudioLibrary.Check(
            PortAudio.OpenStream(
                &stream, input, output, SampleRate, PortAudio.AnyNumberOfFrames, PortAudio.NoClippingOrDither, &OnSamples,
                GCHandle.ToIntPtr(_self)),
            $"open the device '{Endpoint.Name}'");
        _stream = stream;
        _ = PortAudio.SetStreamFinishedCallback(stream, &OnFinished);
        PortAudio.StreamInfo* info = PortAudio.GetStreamInfo(stream);
        Latency = info == null ? 0 : _isInput ? info->InputLatency : info->OutputLatency;
    }

    private void Close()
    {
        _ = PortAudio.AbortStream(_stream);
        try
        {
            PortAudioLibrary.Run(() => PortAudio.CloseStream(_stream));
            _self.Free();
            _ended.Dispose();
            PortAudioLibrary.Release();
        }
        catch (IOException)
        {
            // Another device hangs. This one stays open until the process ends.
        }
    }

    private static string Missing(string? name, bool isInput) =>
        name is not null ? $"PortAudio has no {(isInput ? "input" : "output")} '{name}'"
        : isInput ? "PortAudio finds no input" : "PortAudio finds no output";

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSamples(void* input, void* output, CULong frames, PortAudio.CallbackTime* at, CULong flags, nint user) =>
        GCHandle.FromIntPtr(user).Target is PortAudioStream stream
            ? stream.Handle(stream._isInput ? input : output, (int)frames.Value, at, (uint)flags.Value)
            : PortAudio.Abort;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFinished(nint user)
    {
        if (GCHandle.FromIntPtr(user).Target is PortAudioStream stream)
        {
            stream._ended.Set();
        }
    }

    private int Handle(void* data, int frames, PortAudio.CallbackTime* at, uint flags)
    {
        var samples = new Span<float>(data, data == null ? 0 : frames * _channels);
        Volatile.Write(ref _calls, _calls + 1);
        bool goesOn = false;
        try
        {
            if (!Volatile.Read(ref _isClosing) && Problem is null)
            {
                double untilPlayed = at == null || at->Played <= 0 ? -1 : at->Played - at->Now;
                goesOn = _callback(samples, untilPlayed, (flags & (PortAudio.InputOverflow | PortAudio.OutputUnderflow)) != 0);
                Volatile.Write(ref _isComplete, !goesOn);
            }
        }
        catch (Exception e)
        {
            Volatile.Write(ref _problem, e);
        }

        if (!goesOn && !_isInput)
        {
            samples.Clear();
        }

        return goesOn ? PortAudio.Continue : PortAudio.Abort;
    }
}
