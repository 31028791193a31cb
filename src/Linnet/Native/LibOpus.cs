using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>
/// The calls of libopus. Source: opus.h, opus_multistream.h and opus_defines.h of libopus 1.1 and later.
/// </summary>
internal static partial class LibOpus
{
    internal const int Ok = 0;
    internal const int ApplicationAudio = 2049;
    internal const int ApplicationRestrictedLowDelay = 2051;
    internal const int SetBitRate = 4002;
    internal const int SetComplexity = 4010;
    internal const int SetInbandFec = 4012;
    internal const int SetPacketLossPercent = 4014;
    internal const int SetDtx = 4016;
    internal const int GetLookahead = 4027;
    internal const int SetPredictionDisabled = 4042;

    // On Apple's arm64, variadic arguments are passed on the stack, even if registers are free. Six more arguments fill those registers, so
    // that the seventh is where the callee looks for the first variadic one.
    private static readonly bool VariableArgumentsOnStack =
        (OperatingSystem.IsMacOS() || OperatingSystem.IsIOS()) && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Sets an integer option.</summary>
    internal static int Set(OpusEncoderHandle encoder, int request, int value) => VariableArgumentsOnStack
        ? EncoderControl(encoder, request, 0, 0, 0, 0, 0, 0, value)
        : EncoderControl(encoder, request, value);

    /// <summary>Gets an integer value.</summary>
    internal static unsafe int Get(OpusEncoderHandle encoder, int request, out int value)
    {
        int result;
        int status = VariableArgumentsOnStack
            ? EncoderControl(encoder, request, 0, 0, 0, 0, 0, 0, (nint)(&result))
            : EncoderControl(encoder, request, (nint)(&result));
        value = result;
        return status;
    }

    /// <summary>libopus' text for an error code.</summary>
    internal static string ErrorText(int code) => Marshal.PtrToStringUTF8(ErrorString(code)) ?? $"error {code}";

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_encoder_create")]
    internal static partial OpusEncoderHandle CreateEncoder(int sampleRate, int channels, int application, out int error);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_encode_float")]
    internal static unsafe partial int Encode(OpusEncoderHandle encoder, float* pcm, int frames, byte* packet, int maxLength);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_encoder_destroy")]
    internal static partial void DestroyEncoder(nint encoder);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_decoder_create")]
    internal static partial OpusDecoderHandle CreateDecoder(int sampleRate, int channels, out int error);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_decode_float")]
    internal static unsafe partial int Decode(OpusDecoderHandle decoder, byte* packet, int length, float* pcm, int maxFrames, int fec);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_decoder_destroy")]
    internal static partial void DestroyDecoder(nint decoder);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_multistream_decoder_create")]
    internal static unsafe partial OpusSurroundDecoderHandle CreateSurroundDecoder(
        int sampleRate, int channels, int streams, int coupled, byte* mapping, out int error);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_multistream_decode_float")]
    internal static unsafe partial int Decode(
        OpusSurroundDecoderHandle decoder, byte* packet, int length, float* pcm, int maxFrames, int fec);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_multistream_decoder_destroy")]
    internal static partial void DestroySurroundDecoder(nint decoder);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_encoder_ctl")]
    private static partial int EncoderControl(OpusEncoderHandle encoder, int request, nint value);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_encoder_ctl")]
    private static partial int EncoderControl(
        OpusEncoderHandle encoder, int request, nint fill2, nint fill3, nint fill4, nint fill5, nint fill6, nint fill7, nint value);

    [LibraryImport(NativeLibraries.Opus, EntryPoint = "opus_strerror")]
    private static partial nint ErrorString(int code);
}

/// <summary>Owns an OpusEncoder.</summary>
internal sealed class OpusEncoderHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibOpus.DestroyEncoder(handle);
        return true;
    }
}

/// <summary>Owns an OpusDecoder.</summary>
internal sealed class OpusDecoderHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibOpus.DestroyDecoder(handle);
        return true;
    }
}

/// <summary>Owns an OpusMSDecoder.</summary>
internal sealed class OpusSurroundDecoderHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibOpus.DestroySurroundDecoder(handle);
        return true;
    }
}
