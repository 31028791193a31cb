using System.Runtime.Versioning;
using Linnet.Audio;
using Linnet.Native;

namespace Linnet.Sources.Capture;

/// <summary>Records from an input of Windows, or what an output plays, at the rate and with the channels that Windows mixes in.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WasapiCapture : ICapture
{
    private static readonly TimeSpan Buffer = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(20);

    private readonly string? _device;
    private readonly TimeProvider _time;
    private readonly AutoResetEvent _ready = new(false);
    private WasapiStream _stream;

    private WasapiCapture(string? device, TimeProvider time)
    {
        (_device, _time) = (device, time);
        try
        {
            _stream = Open(null);
        }
        catch
        {
            _ready.Dispose();
            throw;
        }

        Format = new AudioFormat(_stream.Format.SampleRate, _stream.Format.Channels);
    }

    /// <inheritdoc/>
    public string Name => Volatile.Read(ref _stream).Endpoint.Name;

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    // Without a name, the device that the user chooses meanwhile is the right one.
    private bool FollowsDefault => _device is null or CaptureSource.Monitor;

    private bool IsLoopback => !_stream.Endpoint.IsInput;

    /// <summary>Opens a device.</summary>
    /// <param name="device">
    /// Name, part of the name, or ID of an input or else of an output; <see cref="CaptureSource.Monitor"/>: the default output;
    /// <see langword="null"/>: the default input.
    /// </param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IOException">There is no such device, or it cannot be opened.</exception>
    internal static WasapiCapture Open(string? device, TimeProvider time) => new(device, time);

    /// <inheritdoc/>
    public void Run(PcmBuffer buffer, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration waking = cancellationToken.UnsafeRegister(static e => ((AutoResetEvent)e!).Set(), _ready);
        using DefaultEndpoint? standard = FollowsDefault ? new DefaultEndpoint(isInput: !IsLoopback, _ready, _time) : null;
        nint priority = ProAudio.Enter();
        try
        {
            Record(buffer, standard, cancellationToken);
        }
        catch (Exception e) when (WasapiEndpoints.IsFailure(e) && e is not InvalidOperationException)
        {
            throw WasapiEndpoints.Failed($"The sound device {Name} is gone", e);
        }
        finally
        {
            ProAudio.Leave(priority);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _ready.Dispose();
    }

    private void Record(PcmBuffer buffer, DefaultEndpoint? standard, CancellationToken cancellationToken)
    {
        var silence = new LoopbackSilence(Format, _time);
        bool isFirst = true;
        _stream.Start();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (standard is not null && standard.IsMoveDue)
            {
                WasapiStream from = _stream;
                standard.OnMoved(TryMove());
                if (_stream != from)
                {
                    isFirst = true;
                    buffer.Lose();
                }
            }

            for (int frames = _stream.Peek(out ReadOnlySpan<float> pcm, out bool isLost); frames > 0;
                frames = _stream.Peek(out pcm, out isLost))
            {
                // Windows marks the first frames as lost ones, and those after silence of an output.
                if (isLost && !isFirst && !IsLoopback)
                {
                    buffer.Lose();
                }

                Push(buffer, pcm, frames);
                _stream.Release(frames);
                isFirst = false;
                silence.OnSound();
            }

            if (IsLoopback && silence.Take() is > 0 and int missing)
            {
                buffer.PushSilence(missing);
            }

            _ = _ready.WaitOne(LongestWait);
        }
    }

    private static void Push(PcmBuffer buffer, ReadOnlySpan<float> pcm, int frames)
    {
        if (pcm.IsEmpty)
        {
            buffer.PushSilence(frames);
        }
        else
        {
            buffer.Push(pcm);
        }
    }

    private bool TryMove()
    {
        WasapiStream from = _stream;
        WasapiStream to;
        try
        {
            to = Open(from.Format);
        }
        catch (IOException)
        {
            // Another program has it alone, or it is not ready. If the old device is gone, its next call tells.
            return false;
        }

        if (to.Endpoint.Id == from.Endpoint.Id)
        {
            to.Dispose();
            return true;
        }

        Volatile.Write(ref _stream, to);
        from.Dispose();
        to.Start();
        return true;
    }

    private WasapiStream Open(WasapiFormat? format)
    {
        WasapiEndpoint endpoint = Find(WasapiEndpoints.List(), _device);
        return WasapiStream.Open(endpoint, endpoint.IsInput ? WasapiUse.Record : WasapiUse.Loopback, format, Buffer, _ready);
    }

    private static WasapiEndpoint Find(IReadOnlyList<WasapiEndpoint> all, string? device)
    {
        WasapiEndpoint[] inputs = [.. all.Where(static e => e.IsInput)];
        WasapiEndpoint[] outputs = [.. all.Where(static e => !e.IsInput)];
        if (device is CaptureSource.Monitor)
        {
            return WasapiEndpoint.Find(outputs, null, out _)
                ?? throw new IOException("Windows has no output that can be recorded.");
        }

        WasapiEndpoint? found = WasapiEndpoint.Find(inputs, device, out string[] others);
        if (found is null && device is not null && others.Length == 0)
        {
            found = WasapiEndpoint.Find(outputs, device, out others);
        }

        return found ?? throw new IOException(
            device is null ? "Windows has no input that is switched on and plugged in."
            : others.Length > 0 ? $"Windows has several devices '{device}': {string.Join("; ", others)}."
            : $"Windows has no input '{device}'.");
    }
}
