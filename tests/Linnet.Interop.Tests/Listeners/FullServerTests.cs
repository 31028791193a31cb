using System.Net;
using Linnet.Broadcast;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Transports.Http.Hls;
using Linnet.Transports.Http.Radio;

namespace Linnet.Interop.Tests.Listeners;

/// <summary>Programs of others follow to the server that a full one names.</summary>
public class FullServerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Players_hear_the_station_at_the_other_server()
    {
        using var folder = new TempFolder();
        using var stop = new CancellationTokenSource();
        await using StationServer full = Open(maxBitsPerSecond: 1);
        await using StationServer other = Open(maxBitsPerSecond: 0);
        full.Directory.Others =
        [
            new OtherNode("other", ServerLoad.Of(other.Protocols, other.Directory))
            {
                Http = new Uri($"http://{other.HttpEndPoint}/"),
                Rtsp = new Uri($"rtsp://{other.RtspEndPoint}/"),
                Stations = new Dictionary<string, IReadOnlyDictionary<string, int>> { ["jazz"] = new Dictionary<string, int>() },
            },
        ];
        Task[] running = [full.RunAsync(stop.Token), other.RunAsync(stop.Token)];
        string rtsp = $"rtsp://{full.RtspEndPoint}/jazz";
        string http = $"http://{full.HttpEndPoint}/jazz";

        await Task.WhenAll(
            FfmpegAsync("tcp.wav", "-rtsp_transport", "tcp", "-i", rtsp),
            FfmpegAsync("udp.wav", "-rtsp_transport", "udp", "-i", $"{rtsp}/pcm"),
            FfmpegAsync("http.wav", "-i", $"{http}.mp3"),
            FfmpegAsync("hls.wav", "-i", $"{http}/hls.m3u8"),
            GStreamerAsync("gst-rtsp.wav", "rtspsrc", $"location={rtsp}", "protocols=tcp", "!", "rtpopusdepay", "!", "opusdec"),
            GStreamerAsync("gst-http.wav", "souphttpsrc", "iradio-mode=false", $"location={http}.wav", "!", "wavparse"),
            Tool.RunAsync(Limit, "linnet", "record", $"{rtsp}/pcm", folder["linnet.wav"], "--seconds", "0.5"),
            Tool.RunAsync(Limit, "linnet", "record", $"{http}.mp3", folder["linnet-http.wav"], "--seconds", "0.5"));

        Assert.All(
            (string[])["tcp", "udp", "http", "hls", "gst-rtsp", "gst-http", "linnet", "linnet-http"],
            name => Assert.InRange(new FileInfo(folder[$"{name}.wav"]).Length, 20_000, long.MaxValue));
        Assert.All(full.GetStatistics().Protocols, static protocol => Assert.Equal(0, protocol.Totals.Sum(static t => t.Connections)));
        await stop.CancelAsync();
        await Task.WhenAll(running);

        Task FfmpegAsync(string file, params string[] input) => Tool.RunAsync(
            Limit, "ffmpeg", ["-nostdin", "-v", "error", .. input, "-t", "0.5", "-f", "wav", folder[file]]);

        Task GStreamerAsync(string file, params string[] input) => Tool.RunPipelineAsync(
            Limit, [.. input, "!", "audioconvert", "!", "identity", "eos-after=30", "!", "wavenc", "!", "filesink",
                $"location={folder[file]}"]);
    }

    private static StationServer Open(long maxBitsPerSecond) => StationServer.Open(
        [new Station(new StationOptions { Name = "jazz" }, new ToneSource(440))],
        new StationServerOptions
        {
            Bind = IPAddress.Loopback,
            RtspPort = 0,
            RtpPort = 0,
            HttpPort = 0,
            Radio = new RadioServerOptions(),
            Hls = new HlsServerOptions { SegmentTime = TimeSpan.FromSeconds(1) },
            MaxBitsPerSecond = maxBitsPerSecond,
        });
}
