using System.Runtime.Versioning;
using NAudio.CoreAudioApi;
using NAudio.Wave;

namespace Linnet.Native;

/// <summary>What a stream is for.</summary>
internal enum WasapiUse
{
    /// <summary>To play on an output.</summary>
    Play,

    /// <summary>To record from an input.</summary>
    Record,

    /// <summary>To record what an output plays.</summary>
    Loopback,
}

/// <summary>A float32 stream to or from an endpoint of Windows, in shared mode: Windows mixes it with that of other programs.</summary>
/// <remarks>
/// It has the rate and the channels that the mixer works in, so Windows converts nothing. Windows signals an event when it has taken or
/// recorded a period. One thread at a time uses a stream. Source: WASAPI, Microsoft Learn.
/// </remarks>
[SupportedOSPlatform("windows")]
internal sealed unsafe class WasapiStream : IDisposable
{
    private readonly AudioClient _client;
    private readonly AudioRenderClient? _render;
    private readonly AudioCaptureClient? _capture;
    private readonly AudioClockClient? _clock;
    private readonly ulong _clockRate;
    private readonly int _target;

    private WasapiStream(
        WasapiEndpoint endpoint, AudioClient client, WasapiFormat format, WasapiUse use, long latencyFrames, long periodFrames)
    {
        (_client, Endpoint, Format) = (client, endpoint, format);
        BufferFrames = client.BufferSize;
        _target = WasapiTiming.TargetFor(latencyFrames, periodFrames, BufferFrames);
        if (use == WasapiUse.Play)
        {
            (_render, _clock) = (client.AudioRenderClient, client.AudioClockClient);
            _clockRate = _clock.Frequency;
        }
        else
        {
            _capture = client.AudioCaptureClient;
        }
    }

    /// <summary>Its endpoint.</summary>
    internal WasapiEndpoint Endpoint { get; }

    /// <summary>Its rate and channels.</summary>
    internal WasapiFormat Format { get; }

    /// <summary>Frames that Windows can hold.</summary>
    internal int BufferFrames { get; }

    /// <summary>Frames written since the start.</summary>
    internal long Written { get; private set; }

    /// <summary>Frames that wait in the buffer to be played.</summary>
    internal int Waiting => _client.CurrentPadding;

    /// <summary>The delay that Windows and the driver add to the buffer, as far as they say.</summary>
    internal TimeSpan StreamLatency => new(_client.StreamLatency);

    /// <summary>Opens a stream. It is stopped.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="use">What it is for.</param>
    /// <param name="wanted">The format, which Windows converts if need be; <see langword="null"/> for the mixer's own.</param>
    /// <param name="latency">How much the buffer should hold. The shortest possible if less.</param>
    /// <param name="ready">The event for Windows to signal.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    internal static WasapiStream Open(
        WasapiEndpoint endpoint, WasapiUse use, WasapiFormat? wanted, TimeSpan latency, EventWaitHandle ready)
    {
        AudioClient? client = null;
        try
        {
            using var enumerator = new MMDeviceEnumerator();
            using MMDevice device = enumerator.GetDevice(endpoint.Id);
            client = device.CreateAudioClient();
            WaveFormat mix = client.MixFormat;
            WasapiFormat format = wanted ?? WasapiFormat.Of(mix);
            bool isMix = format.Is(mix);
            long latencyFrames = WasapiTiming.Scale((ulong)latency.Ticks, format.SampleRate, TimeSpan.TicksPerSecond);
            bool mayBeShort = use == WasapiUse.Play && latency < WasapiTiming.OrdinaryPeriod * 2 && isMix;
            long periodFrames = mayBeShort ? TryInitializeShort(client, mix, latencyFrames) : 0;
            if (periodFrames == 0)
            {
                if (mayBeShort)
                {
                    // A client that has refused is of no use any more.
                    client.Dispose();
                    client = device.CreateAudioClient();
                }

                long period = client.DefaultDevicePeriod;
                periodFrames = WasapiTiming.Scale((ulong)period, format.SampleRate, TimeSpan.TicksPerSecond);
                client.Initialize(
                    AudioClientShareMode.Shared, FlagsOf(use, isMix), Math.Max(latency.Ticks, 2 * period), 0,
                    isMix ? mix : format.Describe(), Guid.Empty);
            }

            client.SetEventHandle(ready.SafeWaitHandle.DangerousGetHandle());
            return new WasapiStream(endpoint, client, format, use, latencyFrames, periodFrames);
        }
        catch (Exception e) when (WasapiEndpoints.IsFailure(e))
        {
            client?.Dispose();
            throw WasapiEndpoints.Failed($"Windows cannot open '{endpoint.Name}'", e);
        }
    }

    /// <summary>Starts the stream.</summary>
    internal void Start() => _client.Start();

    /// <summary>Frames that should be written now to keep the buffer at the latency asked for, or at the shortest possible.</summary>
    internal int Room => _target - _client.CurrentPadding;

    /// <summary>Gets room for so many frames; fill it and call <see cref="Write"/>.</summary>
    internal Span<float> BeginWrite(int frames) => new((void*)_render!.GetBuffer(frames), frames * Format.Channels);

    /// <summary>Gives Windows the first frames of the room from <see cref="BeginWrite"/>.</summary>
    internal void Write(int frames)
    {
        _render!.ReleaseBuffer(frames, AudioClientBufferFlags.None);
        Written += frames;
    }

    /// <summary>Writes silence.</summary>
    internal void WriteSilence(int frames)
    {
        _ = _render!.GetBuffer(frames);
        _render.ReleaseBuffer(frames, AudioClientBufferFlags.Silent);
        Written += frames;
    }

    /// <summary>The number of frames heard since the start, and how long ago that was.</summary>
    /// <param name="heard">Frames heard; 0 until the first one is.</param>
    /// <param name="age">How old the number is.</param>
    /// <returns>Whether Windows knows it.</returns>
    internal bool TryGetPosition(out long heard, out TimeSpan age)
    {
        (heard, age) = (0, TimeSpan.Zero);
        if (!_clock!.GetPosition(out ulong position, out ulong takenAt))
        {
            return false;
        }

        // Windows counts the same ticks as the system's time provider, but in units of 100 ns.
        TimeProvider system = TimeProvider.System;
        long now = WasapiTiming.Scale((ulong)system.GetTimestamp(), TimeSpan.TicksPerSecond, (ulong)system.TimestampFrequency);
        heard = WasapiTiming.Scale(position, Format.SampleRate, _clockRate);
        age = new TimeSpan(Math.Max(0, now - (long)takenAt));
        return heard > 0;
    }

    /// <summary>Gets recorded frames; valid until <see cref="Release"/>, which must follow.</summary>
    /// <param name="pcm">The samples; empty for silence.</param>
    /// <param name="isLost">Whether frames before these were lost.</param>
    /// <returns>Number of frames; 0: none yet, nothing to release.</returns>
    internal int Peek(out ReadOnlySpan<float> pcm, out bool isLost)
    {
        pcm = [];
        isLost = false;
        if (_capture!.GetNextPacketSize() == 0)
        {
            return 0;
        }

        nint data = _capture.GetBuffer(out int frames, out AudioClientBufferFlags flags);
        isLost = flags.HasFlag(AudioClientBufferFlags.DataDiscontinuity);
        if (frames > 0 && !flags.HasFlag(AudioClientBufferFlags.Silent))
        {
            pcm = new ReadOnlySpan<float>((void*)data, frames * Format.Channels);
        }

        return frames;
    }

    /// <summary>Removes the frames from <see cref="Peek"/>.</summary>
    internal void Release(int frames) => _capture!.ReleaseBuffer(frames);

    /// <summary>Stops and closes the stream. Does not fail, even if the device is gone.</summary>
    public void Dispose()
    {
        try
        {
            _client.Stop();
        }
        catch (Exception e) when (WasapiEndpoints.IsFailure(e))
        {
            // The device is gone.
        }

        _clock?.Dispose();
        _render?.Dispose();
        _capture?.Dispose();
        _client.Dispose();
    }

    // From Windows 10 the mixer can work in periods of less than 10 ms. The buffer is then as short as they are. Gives the period, or 0.
    private static uint TryInitializeShort(AudioClient client, WaveFormat format, long latencyFrames)
    {
        if (!client.SupportsAudioClient3)
        {
            return 0;
        }

        try
        {
            AudioClientPeriodInfo engine = client.GetSharedModeEnginePeriod(format);
            uint period = WasapiTiming.PeriodFor(
                latencyFrames, engine.MinPeriodInFrames, engine.MaxPeriodInFrames, engine.FundamentalPeriodInFrames);
            client.InitializeSharedAudioStream(AudioClientStreamFlags.EventCallback, period, format, Guid.Empty);
            return period;
        }
        catch (Exception e) when (WasapiEndpoints.IsFailure(e))
        {
            // An old driver, or another program that holds the mixer to its period.
            return 0;
        }
    }

    private static AudioClientStreamFlags FlagsOf(WasapiUse use, bool isMix) =>
        AudioClientStreamFlags.EventCallback
            | (use == WasapiUse.Loopback ? AudioClientStreamFlags.Loopback : AudioClientStreamFlags.None)
            | (isMix ? AudioClientStreamFlags.None : AudioClientStreamFlags.AutoConvertPcm | AudioClientStreamFlags.SrcDefaultQuality);
}
