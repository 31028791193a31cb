using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>A sink or a source of a PulseAudio server.</summary>
/// <param name="Name">Name that the server uses.</param>
/// <param name="Description">Name for display.</param>
/// <param name="SampleRate">Sample rate in Hz.</param>
/// <param name="Channels">Samples per frame.</param>
/// <param name="MonitorOf">The sink that this source monitors, or <see langword="null"/>.</param>
internal sealed record PulseEndpoint(string Name, string Description, int SampleRate, int Channels, string? MonitorOf);

/// <summary>The devices of a PulseAudio server.</summary>
/// <param name="Sinks">The outputs.</param>
/// <param name="Sources">The inputs, and a monitor for each output.</param>
/// <param name="DefaultSink">Name of the default output, if there is one.</param>
/// <param name="DefaultSource">Name of the default input, if there is one.</param>
internal sealed record PulseEndpoints(
    IReadOnlyList<PulseEndpoint> Sinks, IReadOnlyList<PulseEndpoint> Sources, string? DefaultSink, string? DefaultSource)
{
    /// <summary>Gets the devices from the server.</summary>
    /// <exception cref="IOException">The server does not answer.</exception>
    internal static unsafe PulseEndpoints Ask(PulseConnection connection, CancellationToken cancellationToken)
    {
        var sinks = new List<PulseEndpoint>();
        var sources = new List<PulseEndpoint>();
        var defaults = new Defaults();
        Ask(sinks, user => Pulse.ContextGetSinkInfoList(connection.Context, &OnSink, user));
        Ask(sources, user => Pulse.ContextGetSourceInfoList(connection.Context, &OnSource, user));
        Ask(defaults, user => Pulse.ContextGetServerInfo(connection.Context, &OnServer, user));
        return new PulseEndpoints(sinks, sources, defaults.Sink, defaults.Source);

        void Ask(object into, Func<nint, nint> ask)
        {
            var handle = GCHandle.Alloc(into);
            try
            {
                connection.Complete(ask(GCHandle.ToIntPtr(handle)), cancellationToken);
            }
            finally
            {
                handle.Free();
            }
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnSink(nint context, Pulse.EndpointInfo* info, int end, nint user) => Add(info, end, user, isSink: true);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnSource(nint context, Pulse.EndpointInfo* info, int end, nint user) => Add(info, end, user, isSink: false);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe void OnServer(nint context, Pulse.ServerInfo* info, nint user)
    {
        if (info != null && GCHandle.FromIntPtr(user).Target is Defaults defaults)
        {
            defaults.Sink = Text(info->DefaultSink);
            defaults.Source = Text(info->DefaultSource);
        }
    }

    private static unsafe void Add(Pulse.EndpointInfo* info, int end, nint user, bool isSink)
    {
        if (end == 0 && info != null && GCHandle.FromIntPtr(user).Target is List<PulseEndpoint> list)
        {
            string? monitorOf = isSink || info->Other == Pulse.Unset ? null : Text(info->OtherName);
            list.Add(new PulseEndpoint(
                Text(info->Name) ?? "", Text(info->Description) ?? "", (int)info->Spec.Rate, info->Spec.Channels, monitorOf));
        }
    }

    private static unsafe string? Text(byte* text) => Marshal.PtrToStringUTF8((nint)text);

    private sealed class Defaults
    {
        public string? Sink { get; set; }

        public string? Source { get; set; }
    }
}
