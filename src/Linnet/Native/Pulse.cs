using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>libpulse's asynchronous API: the client of PulseAudio and of PipeWire's PulseAudio server.</summary>
/// <remarks>Every object belongs to one main loop, and is used by one thread at a time; only <see cref="MainloopWakeup"/> may be called
/// from any thread.</remarks>
internal static unsafe partial class Pulse
{
    internal const int ContextReady = 4;
    internal const int ContextFailed = 5;
    internal const int ContextTerminated = 6;
    internal const int StreamReady = 2;
    internal const int OperationRunning = 0;

    internal const int NoAutospawn = 1;
    internal const int SampleFloat32LE = 5;
    internal const uint Unset = uint.MaxValue;
    internal const int ErrorNoEntity = 5;

    /// <summary>As <c>pa_stream_flags_t</c>.</summary>
    [Flags]
    internal enum StreamFlags
    {
        None = 0,
        StartCorked = 0x0001,
        InterpolateTiming = 0x0002,
        AutoTimingUpdate = 0x0008,
        AdjustLatency = 0x2000,
    }

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_mainloop_new")]
    internal static partial nint MainloopNew();

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_mainloop_free")]
    internal static partial void MainloopFree(nint loop);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_mainloop_get_api")]
    internal static partial nint MainloopGetApi(nint loop);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_mainloop_prepare")]
    internal static partial int MainloopPrepare(nint loop, int timeoutMicroseconds);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_mainloop_poll")]
    internal static partial int MainloopPoll(nint loop);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_mainloop_dispatch")]
    internal static partial int MainloopDispatch(nint loop);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_mainloop_wakeup")]
    internal static partial void MainloopWakeup(nint loop);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_strerror")]
    internal static partial byte* StrError(int error);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_context_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint ContextNew(nint api, string name);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_context_connect", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ContextConnect(nint context, string? server, int flags, nint spawnApi);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_context_get_state")]
    internal static partial int ContextGetState(nint context);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_context_errno")]
    internal static partial int ContextErrno(nint context);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_context_disconnect")]
    internal static partial void ContextDisconnect(nint context);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_context_unref")]
    internal static partial void ContextUnref(nint context);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_context_get_server_info")]
    internal static partial nint ContextGetServerInfo(
        nint context, delegate* unmanaged[Cdecl]<nint, ServerInfo*, nint, void> callback, nint user);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_context_get_sink_info_list")]
    internal static partial nint ContextGetSinkInfoList(
        nint context, delegate* unmanaged[Cdecl]<nint, EndpointInfo*, int, nint, void> callback, nint user);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_context_get_source_info_list")]
    internal static partial nint ContextGetSourceInfoList(
        nint context, delegate* unmanaged[Cdecl]<nint, EndpointInfo*, int, nint, void> callback, nint user);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_operation_get_state")]
    internal static partial int OperationGetState(nint operation);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_operation_cancel")]
    internal static partial void OperationCancel(nint operation);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_operation_unref")]
    internal static partial void OperationUnref(nint operation);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint StreamNew(nint context, string name, SampleSpec* spec, ChannelMap* map);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_connect_playback", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StreamConnectPlayback(
        nint stream, string? device, BufferAttributes* attributes, StreamFlags flags, nint volume, nint syncStream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_connect_record", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int StreamConnectRecord(nint stream, string? device, BufferAttributes* attributes, StreamFlags flags);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_get_state")]
    internal static partial int StreamGetState(nint stream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_get_device_name")]
    internal static partial byte* StreamGetDeviceName(nint stream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_get_device_index")]
    internal static partial uint StreamGetDeviceIndex(nint stream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_is_suspended")]
    internal static partial int StreamIsSuspended(nint stream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_cork")]
    internal static partial nint StreamCork(nint stream, int corked, nint callback, nint user);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_drain")]
    internal static partial nint StreamDrain(nint stream, nint callback, nint user);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_get_latency")]
    internal static partial int StreamGetLatency(nint stream, ulong* microseconds, int* isNegative);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_get_timing_info")]
    internal static partial TimingInfo* StreamGetTimingInfo(nint stream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_get_underflow_index")]
    internal static partial long StreamGetUnderflowIndex(nint stream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_writable_size")]
    internal static partial nuint StreamWritableSize(nint stream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_begin_write")]
    internal static partial int StreamBeginWrite(nint stream, void** data, nuint* length);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_cancel_write")]
    internal static partial int StreamCancelWrite(nint stream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_write")]
    internal static partial int StreamWrite(nint stream, void* data, nuint length, nint freeCallback, long offset, int seek);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_peek")]
    internal static partial int StreamPeek(nint stream, void** data, nuint* length);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_drop")]
    internal static partial int StreamDrop(nint stream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_disconnect")]
    internal static partial int StreamDisconnect(nint stream);

    [LibraryImport(NativeLibraries.Pulse, EntryPoint = "pa_stream_unref")]
    internal static partial void StreamUnref(nint stream);

    [StructLayout(LayoutKind.Sequential)]
    internal struct SampleSpec
    {
        internal int Format;
        internal uint Rate;
        internal byte Channels;
    }

    /// <summary>The speaker position of each channel.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ChannelMap
    {
        internal byte Channels;
        internal Positions Map;

        [InlineArray(32)]
        internal struct Positions
        {
            private int _first;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Volume
    {
        internal byte Channels;
        internal Values Map;

        [InlineArray(32)]
        internal struct Values
        {
            private uint _first;
        }
    }

    /// <summary>Sizes in bytes; <see cref="Unset"/> lets the server choose.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct BufferAttributes
    {
        internal uint MaxLength;
        internal uint TargetLength;
        internal uint Prebuffer;
        internal uint MinRequest;
        internal uint FragmentSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimingInfo
    {
        internal nint TimestampSeconds;
        internal nint TimestampMicroseconds;
        internal int SynchronizedClocks;
        internal ulong SinkMicroseconds;
        internal ulong SourceMicroseconds;
        internal ulong TransportMicroseconds;
        internal int Playing;
        internal int WriteIndexCorrupt;
        internal long WriteIndex;
        internal int ReadIndexCorrupt;
        internal long ReadIndex;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct ServerInfo
    {
        internal byte* UserName;
        internal byte* HostName;
        internal byte* ServerVersion;
        internal byte* ServerName;
        internal SampleSpec Spec;
        internal byte* DefaultSink;
        internal byte* DefaultSource;
    }

    /// <summary>The beginning of <c>pa_sink_info</c> and <c>pa_source_info</c>, whose layouts are the same up to here.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct EndpointInfo
    {
        internal byte* Name;
        internal uint Index;
        internal byte* Description;
        internal SampleSpec Spec;
        internal ChannelMap Map;
        internal uint OwnerModule;
        internal Volume Level;
        internal int Muted;

        /// <summary>For a sink, its monitor. For a source, the sink it monitors, or <see cref="Unset"/>.</summary>
        internal uint Other;
        internal byte* OtherName;
    }
}
