using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>
/// PortAudio 19: sound devices on systems that have no backend of their own here, above all macOS. Errors are negative numbers.
/// </summary>
/// <remarks>
/// Only the functions of one stream may be called at the same time as others; <see cref="PortAudioLibrary"/> serializes the rest. Source:
/// portaudio.h.
/// </remarks>
internal static unsafe partial class PortAudio
{
    internal const int UnanticipatedHostError = -9999;
    internal const int InvalidSampleRate = -9997;
    internal const int FormatIsSupported = 0;
    internal const int NoDevice = -1;

    /// <summary>Values of a callback: more follows; end when all has been played; end at once.</summary>
    internal const int Continue = 0;
    internal const int Complete = 1;
    internal const int Abort = 2;

    // unsigned long: 32 bits on Windows, 64 elsewhere.
    internal static readonly CULong Float32 = new(1);
    internal static readonly CULong AnyNumberOfFrames = new(0);
    internal static readonly CULong NoClippingOrDither = new(3);

    /// <summary>A flag of a callback: frames were lost before these ones, or silence was played.</summary>
    internal const uint InputOverflow = 2;
    internal const uint OutputUnderflow = 4;

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_Initialize")]
    internal static partial int Initialize();

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_Terminate")]
    internal static partial int Terminate();

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_GetErrorText")]
    internal static partial byte* GetErrorText(int error);

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_GetLastHostErrorInfo")]
    internal static partial HostErrorInfo* GetLastHostErrorInfo();

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_GetDefaultHostApi")]
    internal static partial int GetDefaultHostApi();

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_GetDeviceCount")]
    internal static partial int GetDeviceCount();

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_GetDefaultOutputDevice")]
    internal static partial int GetDefaultOutputDevice();

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_GetDefaultInputDevice")]
    internal static partial int GetDefaultInputDevice();

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_GetDeviceInfo")]
    internal static partial DeviceInfo* GetDeviceInfo(int device);

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_IsFormatSupported")]
    internal static partial int IsFormatSupported(StreamParameters* input, StreamParameters* output, double sampleRate);

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_OpenStream")]
    internal static partial int OpenStream(
        nint* stream,
        StreamParameters* input,
        StreamParameters* output,
        double sampleRate,
        CULong framesPerCallback,
        CULong flags,
        delegate* unmanaged[Cdecl]<void*, void*, CULong, CallbackTime*, CULong, nint, int> callback,
        nint user);

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_SetStreamFinishedCallback")]
    internal static partial int SetStreamFinishedCallback(nint stream, delegate* unmanaged[Cdecl]<nint, void> callback);

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_StartStream")]
    internal static partial int StartStream(nint stream);

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_AbortStream")]
    internal static partial int AbortStream(nint stream);

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_CloseStream")]
    internal static partial int CloseStream(nint stream);

    [LibraryImport(NativeLibraries.PortAudio, EntryPoint = "Pa_GetStreamInfo")]
    internal static partial StreamInfo* GetStreamInfo(nint stream);

    [StructLayout(LayoutKind.Sequential)]
    internal struct HostErrorInfo
    {
        internal int HostApiType;
        internal CLong ErrorCode;
        internal byte* Text;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct DeviceInfo
    {
        internal int Version;
        internal byte* Name;
        internal int HostApi;
        internal int MaxInputChannels;
        internal int MaxOutputChannels;
        internal double LowInputLatency;
        internal double LowOutputLatency;
        internal double HighInputLatency;
        internal double HighOutputLatency;
        internal double DefaultSampleRate;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct StreamParameters
    {
        internal int Device;
        internal int Channels;
        internal CULong SampleFormat;
        internal double SuggestedLatency;
        internal void* HostApiSpecific;
    }

    /// <summary>Instants of a callback, in seconds of the stream's own clock.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct CallbackTime
    {
        internal double Captured;
        internal double Now;
        internal double Played;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct StreamInfo
    {
        internal int Version;
        internal double InputLatency;
        internal double OutputLatency;
        internal double SampleRate;
    }
}
