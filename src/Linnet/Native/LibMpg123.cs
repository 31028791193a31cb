using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Native;

/// <summary>libmpg123: decodes MPEG audio, layers I to III.</summary>
/// <remarks>Source: mpg123.h and fmt123.h of libmpg123 1.26 and later. A handle is used by one thread at a time.</remarks>
internal static unsafe partial class LibMpg123
{
    internal const int Ok = 0;
    internal const int NewFormat = -11;

    private const int Flags = 1;
    private const int FloatSamples = 0x200;

    // No output on standard error, no ID3, no special treatment of a table's frame, nothing cut off because of it (gapless is off), and a
    // frame is decoded as soon as it is complete, without waiting for the next.
    private const int Quiet = 0x20, IgnoreLength = 0x1000, SkipId3 = 0x2000, IgnoreTable = 0x4000, NoReadAhead = 0x40_0000;

    /// <summary>
    /// Creates a decoder that gives floats at the stream's own rate; <see langword="null"/> if memory is insufficient.
    /// </summary>
    internal static Handle? TryCreate(int sampleRate, int channels)
    {
        // Needed before 1.27, harmless later.
        _ = Initialize();
        nint decoder = Create(null, out _);
        if (decoder == 0)
        {
            return null;
        }

        var handle = new Handle(decoder);
        if (Set(handle, Flags, new CLong(Quiet | IgnoreLength | SkipId3 | IgnoreTable | NoReadAhead), 0) != Ok
            || AllowNothing(handle) != Ok || Allow(handle, new CLong(sampleRate), channels, FloatSamples) != Ok || OpenFeed(handle) != Ok)
        {
            handle.Dispose();
            return null;
        }

        return handle;
    }

    /// <summary>Takes bytes, and returns what can be decoded so far.</summary>
    [LibraryImport(NativeLibraries.Mpg123, EntryPoint = "mpg123_decode")]
    internal static partial int Decode(
        Handle decoder, byte* input, nuint inputLength, float* output, nuint outputLength, out nuint written);

    [LibraryImport(NativeLibraries.Mpg123, EntryPoint = "mpg123_init")]
    private static partial int Initialize();

    [LibraryImport(NativeLibraries.Mpg123, EntryPoint = "mpg123_new")]
    private static partial nint Create(byte* decoder, out int error);

    [LibraryImport(NativeLibraries.Mpg123, EntryPoint = "mpg123_param")]
    private static partial int Set(Handle decoder, int parameter, CLong value, double unused);

    [LibraryImport(NativeLibraries.Mpg123, EntryPoint = "mpg123_format_none")]
    private static partial int AllowNothing(Handle decoder);

    [LibraryImport(NativeLibraries.Mpg123, EntryPoint = "mpg123_format")]
    private static partial int Allow(Handle decoder, CLong sampleRate, int channels, int encodings);

    [LibraryImport(NativeLibraries.Mpg123, EntryPoint = "mpg123_open_feed")]
    private static partial int OpenFeed(Handle decoder);

    [LibraryImport(NativeLibraries.Mpg123, EntryPoint = "mpg123_delete")]
    private static partial void Delete(nint decoder);

    /// <summary><c>mpg123_handle *</c>.</summary>
    internal sealed class Handle : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal Handle(nint decoder)
            : base(ownsHandle: true) => SetHandle(decoder);

        protected override bool ReleaseHandle()
        {
            Delete(handle);
            return true;
        }
    }
}
