using Linnet.Broadcast;
using Linnet.Stations;

namespace Linnet.Cli.Panels;

/// <summary>Draws what a server does.</summary>
internal static class ServerPanel
{
    private const string Margin = " ";

    /// <summary>The panel's lines for a terminal of <paramref name="width"/> cells.</summary>
    public static IEnumerable<PanelLine> Render(ServerSnapshot server, int width)
    {
        yield return new PanelLine().Add(Margin).Add("linnet ", Tone.Strong).Add("serving", Tone.Good)
            .Add($"  {Text.Clock(server.Elapsed)}  ", Tone.Quiet)
            .Add(Text.Number(server.Listeners, "listener"));
        foreach (string address in server.Addresses)
        {
            yield return new PanelLine().Add(Margin).Add(address, Tone.Accent);
        }

        if (server.Radio is { } radio)
        {
            long refused = radio.Refused.Values.Sum();
            yield return new PanelLine().Add(Margin).Add(string.Join("  ", server.HttpAddresses), Tone.Accent)
                .Add("  http ", Tone.Quiet).Add(Text.Count(radio.Listeners))
                .Add("  packets due ", Tone.Quiet).Add(Text.Count(radio.Sending.PacketsDue)).Add("  sent ", Tone.Quiet).Add(Text.Count(radio.Sending.PacketsSent))
                .Add("  moved ", Tone.Quiet).Add(Text.Count(radio.Sending.Moves), radio.Sending.Moves > 0 ? Tone.Warning : Tone.Plain)
                .Add("  refused ", Tone.Quiet).Add(Text.Count(refused), refused > 0 ? Tone.Warning : Tone.Plain);
        }

        if (server.PyAudio is { } pyAudio)
        {
            long refused = pyAudio.Refused.Values.Sum();
            yield return new PanelLine().Add(Margin).Add(string.Join("  ", server.PyAudioAddresses), Tone.Accent)
                .Add("  tcp ", Tone.Quiet).Add(Text.Count(pyAudio.TcpListeners)).Add("  udp ", Tone.Quiet).Add(Text.Count(pyAudio.UdpListeners))
                .Add("  refused ", Tone.Quiet).Add(Text.Count(refused), refused > 0 ? Tone.Warning : Tone.Plain);
        }

        foreach (PanelLine line in server.Stations.SelectMany(station => Render(station, server.Pushers.GetValueOrDefault(station.Station.Name), width)))
        {
            yield return line;
        }

        SenderStatistics sending = server.Sending;
        yield return new PanelLine().Add(Margin)
            .Add("packets due ", Tone.Quiet).Add(Text.Count(sending.PacketsDue))
            .Add("  sent ", Tone.Quiet).Add(Text.Count(sending.PacketsSent))
            .Add("  late by ", Tone.Quiet).Add(Text.Ms(sending.LatenessP50, 2)).Add(" (p50) ", Tone.Quiet).Add(Text.Ms(sending.LatenessP99, 2)).Add(" (p99)", Tone.Quiet)
            .Add("  skipped ", Tone.Quiet).Add(Text.Count(sending.PacketsSkipped), sending.PacketsSkipped > 0 ? Tone.Warning : Tone.Plain)
            .Add("  dropped ", Tone.Quiet).Add(Text.Number(server.Dropped, "listener"), server.Dropped > 0 ? Tone.Warning : Tone.Plain);
    }

    /// <summary>The line that says what keys do.</summary>
    public static PanelLine Keys { get; } = new PanelLine().Add(Margin).Add("q", Tone.Strong).Add(" quits", Tone.Quiet);

    private static IEnumerable<PanelLine> Render(StationRow row, string? pusher, int width)
    {
        StationSnapshot station = row.Station;
        yield return new PanelLine();
        yield return new PanelLine().Add(Margin).Add(station.Name, Tone.Strong)
            .Add($"  {Text.Format(station.Format.SampleRate, station.Format.Channels)}  ", Tone.Quiet)
            .Add(row.State, ToneOf(station.State)).Add($"  {Text.Clock(station.Position)}  ", Tone.Quiet)
            .Add(Text.Number(row.Listeners, "listener"))
            .Add(string.Concat(row.Running.Select(static r => $"  {r.Name} {r.Listeners}")), Tone.Quiet)
            .Add(pusher is null ? "" : $"  pushed by {pusher}", Tone.Good)
            .Add(Count("  source underruns ", station.Reanchored), Tone.Warning)
            .Add(Count("  sender underruns ", station.Underruns), Tone.Warning)
            .Add(Count("  packets late ", station.Renditions.Sum(static r => r.LatePackets)), Tone.Warning)
            .Add(Count("  renditions failed ", station.Renditions.Sum(static r => r.Failures)), Tone.Bad);
        string? problem = station.Problem ?? station.Awaits;
        yield return new PanelLine().Add($"{Margin}  ").Add(problem ?? station.Track?.ToString() ?? "", problem is null ? Tone.Plain : Tone.Bad);
        foreach (MeterLevel level in station.State == StationState.Playing ? row.Levels : [])
        {
            yield return new PanelLine().Add($"{Margin}  ").AddMeter(level, Math.Clamp(width - 18, 4, 40)).Add($" {Text.Dbfs(level.Peak)}");
        }
    }

    /// <summary>What should be zero, and is shown only where it is not.</summary>
    private static string Count(string what, long count) => count > 0 ? what + Text.Count(count) : "";

    private static Tone ToneOf(StationState state) => state switch
    {
        StationState.Playing => Tone.Good,
        StationState.Failed => Tone.Bad,
        _ => Tone.Quiet,
    };
}
