using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Native;

/// <summary>
/// The calls of libmp3lame. Source: lame.h of LAME 3.98 and later. An encoder is used by one thread at a time.
/// </summary>
internal static unsafe partial class LibMp3Lame
{
    internal const int ConstantBitRate = 0;
    internal const int JointStereo = 1;
    internal const int Mono = 3;

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_init")]
    internal static partial Handle Create();

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_set_num_channels")]
    internal static partial int SetChannels(Handle encoder, int channels);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_set_in_samplerate")]
    internal static partial int SetInputRate(Handle encoder, int sampleRate);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_set_out_samplerate")]
    internal static partial int SetOutputRate(Handle encoder, int sampleRate);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_set_mode")]
    internal static partial int SetMode(Handle encoder, int mode);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_set_VBR")]
    internal static partial int SetRateControl(Handle encoder, int mode);

    /// <summary>Sets the bit rate in kilobits per second.</summary>
    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_set_brate")]
    internal static partial int SetBitRate(Handle encoder, int kilobits);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_set_quality")]
    internal static partial int SetQuality(Handle encoder, int quality);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_set_disable_reservoir")]
    internal static partial int DisableReservoir(Handle encoder, int disable);

    /// <summary>Whether to write the frame that declares a file's length.</summary>
    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_set_bWriteVbrTag")]
    internal static partial int WriteInfoFrame(Handle encoder, int write);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_init_params")]
    internal static partial int Apply(Handle encoder);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_get_framesize")]
    internal static partial int FrameSize(Handle encoder);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_get_encoder_delay")]
    internal static partial int EncoderDelay(Handle encoder);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_encode_buffer_ieee_float")]
    internal static partial int EncodeMono(Handle encoder, float* left, float* right, int frames, byte* output, int length);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_encode_buffer_interleaved_ieee_float")]
    internal static partial int EncodeStereo(Handle encoder, float* pcm, int frames, byte* output, int length);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_encode_flush")]
    internal static partial int Flush(Handle encoder, byte* output, int length);

    [LibraryImport(NativeLibraries.Mp3Lame, EntryPoint = "lame_close")]
    private static partial int CloseEncoder(nint encoder);

    /// <summary><c>lame_global_flags *</c>.</summary>
    internal sealed class Handle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle() => CloseEncoder(handle) == 0;
    }
}
