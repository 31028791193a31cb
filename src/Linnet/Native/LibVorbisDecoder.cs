using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>The libvorbis calls that decode, on the same handle as encoding. Source: vorbis/codec.h of libvorbis 1.3.</summary>
internal static unsafe partial class LibVorbisDecoder
{
    internal const int Ok = 0;

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_synthesis_headerin")]
    internal static partial int ReadHeader(nint info, nint comment, in LibVorbisEncoder.OggPacket packet);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_synthesis_init")]
    internal static partial int InitState(nint state, nint info);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_block_init")]
    internal static partial int InitBlock(nint state, nint block);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_synthesis")]
    internal static partial int Synthesize(nint block, in LibVorbisEncoder.OggPacket packet);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_synthesis_blockin")]
    internal static partial int TakeBlock(nint state, nint block);

    /// <summary>The number of decoded frames, and one array per channel, valid until the frames are taken.</summary>
    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_synthesis_pcmout")]
    internal static partial int Pcm(nint state, out float** pcm);

    [LibraryImport(NativeLibraries.Vorbis, EntryPoint = "vorbis_synthesis_read")]
    internal static partial int Taken(nint state, int frames);
}
