using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Native;

/// <summary>The libFLAC calls that decode a stream.</summary>
/// <remarks>Source: FLAC/stream_decoder.h and FLAC/format.h of libFLAC 1.3 and later. A handle is used by one thread at a time.</remarks>
internal static unsafe partial class LibFlacDecoder
{
    internal const int ReadMore = 0, ReadEnded = 1;
    internal const int WriteMore = 0;
    internal const int SearchesForFrame = 2;

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_decoder_new")]
    internal static partial Handle Create();

    /// <summary>Returns 0 on success.</summary>
    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_decoder_init_stream")]
    internal static partial int Start(
        Handle decoder,
        delegate* unmanaged<nint, byte*, nuint*, nint, int> read,
        nint seek,
        nint tell,
        nint length,
        nint isAtEnd,
        delegate* unmanaged<nint, FrameHeader*, int**, nint, int> write,
        nint metadata,
        delegate* unmanaged<nint, int, nint, void> error,
        nint state);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_decoder_process_until_end_of_metadata")]
    internal static partial int ReadMetadata(Handle decoder);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_decoder_process_single")]
    internal static partial int ReadOne(Handle decoder);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_decoder_flush")]
    internal static partial int Flush(Handle decoder);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_decoder_get_state")]
    internal static partial int State(Handle decoder);

    [LibraryImport(NativeLibraries.Flac, EntryPoint = "FLAC__stream_decoder_delete")]
    private static partial void Delete(nint decoder);

    /// <summary>The beginning of <c>FLAC__FrameHeader</c>, which is the beginning of <c>FLAC__Frame</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FrameHeader
    {
        internal uint Frames;
        internal uint SampleRate;
        internal uint Channels;
        internal int Assignment;
        internal uint BitDepth;
    }

    /// <summary><c>FLAC__StreamDecoder *</c>.</summary>
    internal sealed class Handle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            Delete(handle);
            return true;
        }
    }
}
