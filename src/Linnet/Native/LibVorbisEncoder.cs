using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>The libvorbis and libvorbisenc calls that encode. Source: vorbis/codec.h, vorbis/vorbisenc.h, ogg/ogg.h.</summary>
internal static unsafe partial class LibVorbisEncoder
{
    [LibraryImport(NativeLibraries.VorbisEnc, EntryPoint = "vorbis_encode_init")]
    internal static partial int Choose(
        nint info, CLong channels, CLong sampleRate, CLong maxBitRate, CLong bitRate, CLong minBitRate);

    [LibraryImport(NativeLibraries.VorbisEnc, EntryPoint = "vorbis_encode_init_vbr")]
    internal static partial int ChooseQuality(nint info, CLong channels, CLong sampleRate, float quality);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_info_init")]
    internal static partial void InitInfo(nint info);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_info_blocksize")]
    internal static partial int BlockSize(nint info, int isLong);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_comment_init")]
    internal static partial void InitComment(nint comment);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_analysis_init")]
    internal static partial int InitState(nint state, nint info);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_block_init")]
    internal static partial int InitBlock(nint state, nint block);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_analysis_headerout")]
    internal static partial int Headers(
        nint state, nint comment, out OggPacket identification, out OggPacket comments, out OggPacket setup);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_analysis_buffer")]
    internal static partial float** Buffer(nint state, int frames);

    /// <summary>Submits the frames in the buffer; 0 frames end the stream.</summary>
    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_analysis_wrote")]
    internal static partial int Wrote(nint state, int frames);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_analysis_blockout")]
    internal static partial int NextBlock(nint state, nint block);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_analysis")]
    internal static partial int Analyse(nint block, nint packet);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_bitrate_addblock")]
    internal static partial int AddBlock(nint block);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_bitrate_flushpacket")]
    internal static partial int NextPacket(nint state, out OggPacket packet);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_block_clear")]
    private static partial int ClearBlock(nint block);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_dsp_clear")]
    private static partial void ClearState(nint state);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_comment_clear")]
    private static partial void ClearComment(nint comment);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_info_clear")]
    private static partial void ClearInfo(nint info);

    /// <summary><c>ogg_packet</c>. Its bytes are valid until the next call.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct OggPacket
    {
        internal byte* Bytes;
        internal CLong Length;
        internal CLong IsFirst;
        internal CLong IsLast;
        internal long Granule;
        internal long Number;

        internal readonly ReadOnlySpan<byte> Span => new(Bytes, (int)Length.Value);
    }

    /// <summary>
    /// <c>vorbis_info</c>, <c>vorbis_comment</c>, <c>vorbis_dsp_state</c> and <c>vorbis_block</c>, each with more room than any platform
    /// needs. libvorbis can safely clear a structure that is still zero.
    /// </summary>
    internal sealed class Handle : SafeHandle
    {
        private const int Room = 1024;

        internal Handle()
            : base(0, ownsHandle: true) => SetHandle((nint)NativeMemory.AllocZeroed(4 * Room));

        public override bool IsInvalid => handle == 0;

        internal nint Info => handle;

        internal nint Comment => handle + Room;

        internal nint State => handle + (2 * Room);

        internal nint Block => handle + (3 * Room);

        protected override bool ReleaseHandle()
        {
            _ = ClearBlock(Block);
            ClearState(State);
            ClearComment(Comment);
            ClearInfo(Info);
            NativeMemory.Free((void*)handle);
            return true;
        }
    }
}
