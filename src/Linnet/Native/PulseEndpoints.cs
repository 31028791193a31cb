using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Linnet.Native;

/// <summary>A sink or a source of a PulseAudio server.</summary>
/// <param name="Name">What the server calls it.</param>
/// <param name="Description">For people.</param>
/// <param name="SampleRate">Frames per second.</param>
/// <param name="Channels">Samples per frame.</param>
/// <param name="MonitorOf">The sink whose sound this source gives, or <see langword="null"/>.</param>
internal sealed record PulseEndpoint(string Name, string Description, int SampleRate, int Channels, string? MonitorOf);

/// <summary>What a PulseAudio server can play on and record from.</summary>
/// <param name="Sinks">Outputs.</param>
/// <param name="Sources">Inputs, and a monitor of each output.</param>
/// <param name="DefaultSink">The name of one of them, if there is any.</param>
/// <param name="DefaultSource">The name of one of them, if there is any.</param>
internal sealed record PulseEndpoints(
    IReadOnlyList<PulseEndpoint> Sinks, IReadOnlyList<PulseEndpoint> Sources, string? DefaultSink, string? DefaultSource)
{
    /// <summary>Asks the server.</summary>
    /// <exception cref="IOException">It does not answer.</exception>
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
