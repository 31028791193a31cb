using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>
/// One open ALSA device, in the format nearest to the one wanted. Never blocks but in <see cref="Wait"/>. Used by one thread at a time.
/// </summary>
internal sealed unsafe class AlsaPcm : IDisposable
{
    // Best first: float needs no conversion, and 32 bits hold what 24 do.
    private static readonly (int Format, string Encoding)[] Formats =
        [(Alsa.FormatFloatLE, "f32le"), (Alsa.FormatS32LE, "s32le"), (Alsa.FormatS24In3LE, "s24le"), (Alsa.FormatS16LE, "s16le")];

    // ALSA may lead to a sound server that has hung.
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

    /// <summary>Frames that the card takes or gives at a time.</summary>
    internal int PeriodFrames { get; private set; }

    /// <summary>Frames that fit between us and the card.</summary>
    internal int BufferFrames { get; private set; }

    /// <summary>Opens a device.</summary>
    /// <param name="name">Such as <c>default</c> or <c>hw:0,0</c>.</param>
    /// <param name="direction"><see cref="Alsa.Playback"/> or <see cref="Alsa.Capture"/>.</param>
    /// <param name="sampleRate">Wanted; the nearest that the device itself has is taken, since ALSA's own resampling is poor.</param>
    /// <param name="channels">Wanted; the nearest that the device has is taken.</param>
    /// <param name="period">Wanted.</param>
    /// <param name="buffer">Wanted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DllNotFoundException">ALSA is not installed; the message says how to get it.</exception>
    /// <exception cref="IOException">There is no such device, or it is in use.</exception>
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

    /// <summary>Frames that can be written or read now; negative is an error for <see cref="Recover"/>.</summary>
    internal int Available() => (int)Alsa.AvailUpdate(_pcm);

    /// <summary>Frames between us and the speaker; 0 while nothing runs.</summary>
    internal int DelayFrames()
    {
        nint frames;
        return Alsa.Delay(_pcm, &frames) < 0 ? 0 : (int)Math.Max(0, frames);
    }

    /// <summary>Writes frames in the device's format. Frames taken, or an error.</summary>
    internal int Write(ReadOnlySpan<byte> bytes, int frames)
    {
        fixed (byte* data = bytes)
        {
            return (int)Alsa.WriteInterleaved(_pcm, data, (nuint)frames);
        }
    }

    /// <summary>Reads frames in the device's format. Frames given, or an error.</summary>
    internal int Read(Span<byte> bytes, int frames)
    {
        fixed (byte* data = bytes)
        {
            return (int)Alsa.ReadInterleaved(_pcm, data, (nuint)frames);
        }
    }

    /// <summary>Waits for the card, at most for so long.</summary>
    internal void Wait(TimeSpan atMost) => _ = Alsa.Wait(_pcm, (int)Math.Ceiling(atMost.TotalMilliseconds));

    /// <summary>Sets the card going if it stands ready.</summary>
    internal void StartIfPrepared()
    {
        if (Alsa.State(_pcm) == Alsa.StatePrepared)
        {
            ThrowIfGone(Alsa.Start(_pcm));
        }
    }

    /// <summary>Makes the device ready again after it ran out or over, or slept.</summary>
    /// <exception cref="IOException">It is gone.</exception>
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
            // Left behind, and closed should it ever open.
            _ = opening.ContinueWith(
                static late => Alsa.Close(late.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
            throw new IOException($"The ALSA device '{name}' has not opened within {OpenTimeout.TotalSeconds} s.", e);
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
            // We start it ourselves, when the buffer is full or the first frame is wanted.
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
