using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Native;

/// <summary>ALSA's PCM devices. Sizes are in frames; negative results are negated <c>errno</c> values.</summary>
internal static unsafe partial class Alsa
{
    internal const int Playback = 0;
    internal const int Capture = 1;
    internal const int NonBlock = 1;
    internal const int AccessInterleaved = 3;
    internal const int StatePrepared = 2;
    internal const int Again = -11;
    internal const int FormatS16LE = 2;
    internal const int FormatS32LE = 10;
    internal const int FormatFloatLE = 14;
    internal const int FormatS24In3LE = 32;

    /// <summary>Keeps ALSA from writing to standard error: results report all errors.</summary>
    internal static void BeQuiet() => _ = SetErrorHandler(&OnError);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_strerror")]
    internal static partial byte* StrError(int error);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_open", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(nint* pcm, string name, int direction, int mode);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_close")]
    internal static partial int Close(nint pcm);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_state")]
    internal static partial int State(PcmHandle pcm);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_start")]
    internal static partial int Start(PcmHandle pcm);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_drop")]
    internal static partial int Drop(PcmHandle pcm);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_wait")]
    internal static partial int Wait(PcmHandle pcm, int timeoutMilliseconds);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_avail_update")]
    internal static partial nint AvailUpdate(PcmHandle pcm);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_delay")]
    internal static partial int Delay(PcmHandle pcm, nint* frames);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_recover")]
    internal static partial int Recover(PcmHandle pcm, int error, int silent);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_writei")]
    internal static partial nint WriteInterleaved(PcmHandle pcm, void* buffer, nuint frames);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_readi")]
    internal static partial nint ReadInterleaved(PcmHandle pcm, void* buffer, nuint frames);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params_malloc")]
    internal static partial int HwParamsMalloc(nint* hardware);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params_free")]
    internal static partial void HwParamsFree(nint hardware);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params_any")]
    internal static partial int HwParamsAny(PcmHandle pcm, nint hardware);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params_set_rate_resample")]
    internal static partial int HwParamsSetRateResample(PcmHandle pcm, nint hardware, uint resample);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params_set_access")]
    internal static partial int HwParamsSetAccess(PcmHandle pcm, nint hardware, int access);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params_set_format")]
    internal static partial int HwParamsSetFormat(PcmHandle pcm, nint hardware, int format);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params_set_channels_near")]
    internal static partial int HwParamsSetChannelsNear(PcmHandle pcm, nint hardware, uint* channels);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params_set_rate_near")]
    internal static partial int HwParamsSetRateNear(PcmHandle pcm, nint hardware, uint* rate, int* direction);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params_set_period_size_near")]
    internal static partial int HwParamsSetPeriodSizeNear(PcmHandle pcm, nint hardware, nuint* frames, int* direction);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params_set_buffer_size_near")]
    internal static partial int HwParamsSetBufferSizeNear(PcmHandle pcm, nint hardware, nuint* frames);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_hw_params")]
    internal static partial int HwParams(PcmHandle pcm, nint hardware);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_sw_params_malloc")]
    internal static partial int SwParamsMalloc(nint* software);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_sw_params_free")]
    internal static partial void SwParamsFree(nint software);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_sw_params_current")]
    internal static partial int SwParamsCurrent(PcmHandle pcm, nint software);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_sw_params_set_start_threshold")]
    internal static partial int SwParamsSetStartThreshold(PcmHandle pcm, nint software, nuint frames);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_sw_params_set_avail_min")]
    internal static partial int SwParamsSetAvailMin(PcmHandle pcm, nint software, nuint frames);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_pcm_sw_params")]
    internal static partial int SwParams(PcmHandle pcm, nint software);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_device_name_hint", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int DeviceNameHint(int card, string kind, void*** hints);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_device_name_get_hint", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial byte* DeviceNameGetHint(void* hint, string what);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_device_name_free_hint")]
    internal static partial int DeviceNameFreeHint(void** hints);

    [LibraryImport(NativeLibraries.Alsa, EntryPoint = "snd_lib_error_set_handler")]
    private static partial int SetErrorHandler(delegate* unmanaged[Cdecl]<byte*, int, byte*, int, byte*, void> handler);

    // The C function is variadic like printf; a callee that reads no further arguments may omit them.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnError(byte* file, int line, byte* function, int error, byte* format)
    {
    }

    /// <summary>
    /// An open device. It is reference-counted: it stays open while in use, and later calls throw. ALSA would end the process instead.
    /// </summary>
    internal sealed class PcmHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal PcmHandle(nint pcm)
            : base(ownsHandle: true) => SetHandle(pcm);

        protected override bool ReleaseHandle() => Alsa.Close(handle) >= 0;
    }
}
