using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Native;

/// <summary>The calls of libFLAC's stream encoder. Source: FLAC/stream_encoder.h of libFLAC 1.3 and later.</summary>
internal static unsafe partial class LibFlacEncoder
{
    internal const int InitOk = 0;
    internal const int WriteOk = 0;

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_new")]
    internal static partial Handle Create();

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_set_channels")]
    internal static partial int SetChannels(Handle encoder, uint channels);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_set_bits_per_sample")]
    internal static partial int SetBitDepth(Handle encoder, uint bits);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_set_sample_rate")]
    internal static partial int SetSampleRate(Handle encoder, uint sampleRate);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_set_compression_level")]
    internal static partial int SetCompression(Handle encoder, uint level);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_set_blocksize")]
    internal static partial int SetBlockSize(Handle encoder, uint frames);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_set_streamable_subset")]
    internal static partial int SetStreamableSubset(Handle encoder, int value);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_init_stream")]
    internal static partial int Start(
        Handle encoder, delegate* unmanaged<nint, byte*, nuint, uint, uint, nint, int> onWrite, nint onSeek, nint onTell, nint onMetadata,
        nint state);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_process_interleaved")]
    internal static partial int Process(Handle encoder, int* samples, uint frames);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_finish")]
    internal static partial int Finish(Handle encoder);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_get_state")]
    internal static partial int State(Handle encoder);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_encoder_delete")]
    private static partial void Delete(nint encoder);

    /// <summary><c>FLAC__StreamEncoder *</c>. Freeing one that has started calls the callback once more.</summary>
    internal sealed class Handle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            Delete(handle);
            return true;
        }
    }
}
