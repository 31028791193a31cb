using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>
/// An open ALSA device, in the format nearest to the requested one. Blocks only in <see cref="Wait"/>. Used by one thread at a time.
/// </summary>
internal sealed unsafe class AlsaPcm : IDisposable
{
    // Best first: float needs no conversion, and 32 bits include 24.
    private static readonly (int Format, string Encoding)[] Formats =
        [(Alsa.FormatFloatLE, "f32le"), (Alsa.FormatS32LE, "s32le"), (Alsa.FormatS24In3LE, "s24le"), (Alsa.FormatS16LE, "s16le")];

    // ALSA may be connected to a sound server that hangs.
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(3);

    private readonly Alsa.PcmHandle _pcm;

    private AlsaPcm(string name, nint pcm)
    {
        Name = name;
        _pcm = new Alsa.PcmHandle(pcm);
    }

    /// <summary>The device's name.</summary>
    internal string Name { get; }

    /// <summary>How samples are stored, such as <c>s16le</c>.</summary>
    internal string Encoding { get; private set; } = "";

    /// <summary>Frames per second.</summary>
    internal int SampleRate { get; private set; }

    /// <summary>Samples per frame.</summary>
    internal int Channels { get; private set; }

    /// <summary>Frames that the card transfers at a time.</summary>
    internal int PeriodFrames { get; private set; }

    /// <summary>Capacity of the buffer between this process and the card, in frames.</summary>
    internal int BufferFrames { get; private set; }

    /// <summary>Opens a device.</summary>
    /// <param name="name">Name of the device, such as <c>default</c> or <c>hw:0,0</c>.</param>
    /// <param name="direction"><see cref="Alsa.Playback"/> or <see cref="Alsa.Capture"/>.</param>
    /// <param name="sampleRate">Requested sample rate; the nearest native one is used, because ALSA's own resampling is poor.</param>
    /// <param name="channels">Requested channels; the nearest supported number is used.</param>
    /// <param name="period">Requested period.</param>
    /// <param name="buffer">Requested buffer length.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DllNotFoundException">ALSA is not installed; the message says how to install it.</exception>
    /// <exception cref="IOException">The device does not exist or is in use.</exception>
    internal static AlsaPcm Open(
        string name, int direction, int sampleRate, int channels, TimeSpan period, TimeSpan buffer, CancellationToken cancellationToken)
    {
        NativeLibraries.Require(NativeLibraries.Alsa);
        Alsa.BeQuiet();
        var device = new AlsaPcm(name, OpenInTime(name, direction, cancellationToken));
        try
        {
            device.SetHardware(sampleRate, channels, period, buffer);
            device.SetSoftware();
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>Frames that can be written or read now; a negative value is an error for <see cref="Recover"/>.</summary>
    internal int Available() => (int)Alsa.AvailUpdate(_pcm);

    /// <summary>Frames between this process and the speaker; 0 while the device is stopped.</summary>
    internal int DelayFrames()
    {
        nint frames;
        return Alsa.Delay(_pcm, &frames) < 0 ? 0 : (int)Math.Max(0, frames);
    }

    /// <summary>Writes frames in the device's format. Returns the number written, or an error.</summary>
    internal int Write(ReadOnlySpan<byte> bytes, int frames)
    {
        fixed (byte* data = bytes)
        {
            return (int)Alsa.WriteInterleaved(_pcm, data, (nuint)frames);
        }
    }

    /// <summary>Reads frames in the device's format. Returns the number read, or an error.</summary>
    internal int Read(Span<byte> bytes, int frames)
    {
        fixed (byte* data = bytes)
        {
            return (int)Alsa.ReadInterleaved(_pcm, data, (nuint)frames);
        }
    }

    /// <summary>Waits until the card is ready, at most <paramref name="atMost"/>.</summary>
    internal void Wait(TimeSpan atMost) => _ = Alsa.Wait(_pcm, (int)Math.Ceiling(atMost.TotalMilliseconds));

    /// <summary>Starts the card if it is prepared.</summary>
    internal void StartIfPrepared()
    {
        if (Alsa.State(_pcm) == Alsa.StatePrepared)
        {
            ThrowIfGone(Alsa.Start(_pcm));
        }
    }

    /// <summary>Prepares the device again after an underrun, an overrun or a suspend.</summary>
    /// <exception cref="IOException">The device is gone.</exception>
    internal void Recover(int error) => ThrowIfGone(Alsa.Recover(_pcm, error, silent: 1));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_pcm.IsClosed)
        {
            _ = Alsa.Drop(_pcm);
            _pcm.Dispose();
        }
    }

    private static nint OpenInTime(string name, int direction, CancellationToken cancellationToken)
    {
        var opening = Task.Run(
            () =>
            {
                nint pcm;
                int error = Alsa.Open(&pcm, name, direction, Alsa.NonBlock);
                return error >= 0 ? pcm : throw new IOException($"Cannot open the ALSA device '{name}': {Describe(error)}.");
            },
            CancellationToken.None);
        try
        {
            return opening.WaitAsync(OpenTimeout, cancellationToken).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // Abandoned; closed if it ever opens.
            _ = opening.ContinueWith(
                static late => Alsa.Close(late.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException($"The ALSA device '{name}' did not open within {OpenTimeout.TotalSeconds} s.", e);
        }
    }

    private static string Describe(int error) => Marshal.PtrToStringUTF8((nint)Alsa.StrError(error)) ?? $"error {error}";

    private void ThrowIfGone(int error)
    {
        if (error < 0)
        {
            throw new IOException($"The ALSA device '{Name}' is gone ({Describe(error)}).");
        }
    }

    private void SetHardware(int sampleRate, int channels, TimeSpan period, TimeSpan buffer)
    {
        nint hardware;
        Check(Alsa.HwParamsMalloc(&hardware));
        try
        {
            Check(Alsa.HwParamsAny(_pcm, hardware));
            _ = Alsa.HwParamsSetRateResample(_pcm, hardware, 0);
            Check(Alsa.HwParamsSetAccess(_pcm, hardware, Alsa.AccessInterleaved));
            SetFormat(hardware);

            (uint count, uint rate) = ((uint)channels, (uint)sampleRate);
            Check(Alsa.HwParamsSetChannelsNear(_pcm, hardware, &count));
            Check(Alsa.HwParamsSetRateNear(_pcm, hardware, &rate, null));
            nuint periodFrames = (nuint)(period.TotalSeconds * rate);
            nuint bufferFrames = (nuint)(buffer.TotalSeconds * rate);
            Check(Alsa.HwParamsSetPeriodSizeNear(_pcm, hardware, &periodFrames, null));
            Check(Alsa.HwParamsSetBufferSizeNear(_pcm, hardware, &bufferFrames));
            Check(Alsa.HwParams(_pcm, hardware));
            (SampleRate, Channels, PeriodFrames, BufferFrames) = ((int)rate, (int)count, (int)periodFrames, (int)bufferFrames);
        }
        finally
        {
            Alsa.HwParamsFree(hardware);
        }
    }

    private void SetFormat(nint hardware)
    {
        int error = 0;
        foreach ((int format, string encoding) in Formats)
        {
            error = Alsa.HwParamsSetFormat(_pcm, hardware, format);
            if (error >= 0)
            {
                Encoding = encoding;
                return;
            }
        }

        Check(error);
    }

    private void SetSoftware()
    {
        nint software;
        Check(Alsa.SwParamsMalloc(&software));
        try
        {
            // We start it ourselves, when the buffer is full or the first frame is needed.
            Check(Alsa.SwParamsCurrent(_pcm, software));
            Check(Alsa.SwParamsSetStartThreshold(_pcm, software, (nuint)int.MaxValue));
            Check(Alsa.SwParamsSetAvailMin(_pcm, software, (nuint)PeriodFrames));
            Check(Alsa.SwParams(_pcm, software));
        }
        finally
        {
            Alsa.SwParamsFree(software);
        }
    }

    private void Check(int error)
    {
        if (error < 0)
        {
            throw new IOException($"The ALSA device '{Name}' cannot be used: {Describe(error)}.");
        }
    }
}
