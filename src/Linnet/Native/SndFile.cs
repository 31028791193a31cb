using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Native;

/// <summary>libsndfile: reads audio files of many formats.</summary>
/// <remarks>Source: sndfile.h of libsndfile 1.1 and later. A handle is used by one thread at a time.</remarks>
internal static unsafe partial class SndFile
{
    internal const int SubtypeMask = 0xFFFF;
    internal const int TitleTag = 1;
    internal const int ArtistTag = 4;

    /// <summary><c>SF_FORMAT_TYPEMASK</c>, and the container Ogg.</summary>
    internal const int TypeMask = 0x0FFF0000;
    internal const int Ogg = 0x200000;

    private const int ReadMode = 0x10;
    private const int GetChannelMap = 0x1100;

    /// <summary>Opens a file for reading; <see langword="null"/> if libsndfile does not support it.</summary>
    /// <exception cref="DllNotFoundException">libsndfile is not installed.</exception>
    internal static Handle? TryOpen(string path, out Info info)
    {
        info = default;
        nint file = OperatingSystem.IsWindows() ? OpenWide(path, ReadMode, ref info) : Open(path, ReadMode, ref info);
        return file == 0 ? null : new Handle(file);
    }

    /// <summary>Reads frames into <paramref name="pcm"/>. Returns their number; 0 at the end, or if the file is damaged.</summary>
    internal static long Read(Handle file, Span<float> pcm, int frames)
    {
        fixed (float* samples = pcm)
        {
            return ReadFrames(file, samples, frames);
        }
    }

    /// <summary>The bytes of a tag; empty if the file does not have it. Valid until the handle is closed.</summary>
    internal static ReadOnlySpan<byte> Tag(Handle file, int tag) =>
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated(GetString(file, tag));

    /// <summary>
    /// Gets the <c>SF_CHANNEL_MAP_…</c> of each channel. Returns <see langword="false"/> if the file does not declare it. Some formats give
    /// arbitrary values.
    /// </summary>
    internal static bool TryGetChannelMap(Handle file, Span<int> map)
    {
        fixed (int* values = map)
        {
            return Command(file, GetChannelMap, values, map.Length * sizeof(int)) != 0;
        }
    }

    /// <summary>The error of the last call, for display; <see langword="null"/> if there was none.</summary>
    internal static string? Problem(Handle file) => Error(file) == 0 ? null : Marshal.PtrToStringUTF8((nint)ErrorText(file));

    [LibraryImport(NativeLibraries.SndFile, EntryPoint = "sf_open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string path, int mode, ref Info info);

    [LibraryImport(NativeLibraries.SndFile, EntryPoint = "sf_wchar_open", StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint OpenWide(string path, int mode, ref Info info);

    [LibraryImport(NativeLibraries.SndFile, EntryPoint = "sf_readf_float")]
    private static partial long ReadFrames(Handle file, float* samples, long frames);

    [LibraryImport(NativeLibraries.SndFile, EntryPoint = "sf_get_string")]
    private static partial byte* GetString(Handle file, int type);

    [LibraryImport(NativeLibraries.SndFile, EntryPoint = "sf_command")]
    private static partial int Command(Handle file, int command, void* data, int length);

    [LibraryImport(NativeLibraries.SndFile, EntryPoint = "sf_error")]
    private static partial int Error(Handle file);

    [LibraryImport(NativeLibraries.SndFile, EntryPoint = "sf_strerror")]
    private static partial byte* ErrorText(Handle file);

    [LibraryImport(NativeLibraries.SndFile, EntryPoint = "sf_close")]
    private static partial int CloseFile(nint file);

    /// <summary><c>SF_INFO</c>: what the file's header declares; not trustworthy.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Info
    {
        internal long Frames;
        internal int SampleRate;
        internal int Channels;
        internal int Format;
        internal int Sections;
        internal int Seekable;
    }

    /// <summary><c>SNDFILE *</c>.</summary>
    internal sealed class Handle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal Handle(nint file)
            : base(ownsHandle: true) => SetHandle(file);

        protected override bool ReleaseHandle() => CloseFile(handle) == 0;
    }
}
