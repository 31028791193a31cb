using System.Text.Json;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Clock;
using Linnet.Codecs;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Server.Tests.Hosting;

/// <summary>A station that is not made in this process: its rings are fed from elsewhere, and its listing is all there is of it.</summary>
public class FarStationTests
{
    [Fact]
    public async Task It_is_on_the_page_in_the_status_the_list_and_the_metrics_like_other_stations()
    {
        var jazz = new Station(new StationOptions { Name = "jazz" }, new ToneSource(440));
        await using HostedServer server = await HostedServer.StartAsync([jazz]);
        (StationListing far, BroadcastRing ring) = Far();
        server.Server.Directory.Set(far);
        Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
        using RingLease held = lease;

        string page = await server.GetAsync("/");
        Assert.Contains("<h2>far</h2>\n<p>Bird \u2013 Ornithology</p>\n<p class=\"quiet\">playing, 1 listener</p>",
            System.Net.WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.Contains("<source src=\"/far-pcm.wav\" type=\"audio/wav\">", page, StringComparison.Ordinal);

        JsonElement source = (await JsonAsync(server, "/status-json.xsl")).GetProperty("icestats").GetProperty("source").EnumerateArray()
            .Single(static s => s.GetProperty("server_name").GetString() == "far");
        Assert.Equal(("Ornithology", 1), (source.GetProperty("title").GetString(), source.GetProperty("listeners").GetInt32()));

        JsonElement list = await JsonAsync(server, "/stations.json");
        Assert.Equal(["jazz", "far"], list.GetProperty("stations").EnumerateArray().Select(static s => s.GetString()));

        string metrics = await server.GetAsync("/metrics");
        Assert.Matches("""linnet_station_playing\{[^}]*station="far"[^}]*\} 1\n""", metrics);
        Assert.Matches("""linnet_listeners\{[^}]*rendition="pcm",station="far",transport="rtsp-tcp"\} 0\n""", metrics);

        StationSnapshot snapshot = server.Server.GetStatistics().Stations[1];
        Assert.Equal((new AudioFormat(8000, 1), StationState.Playing), (snapshot.Format, snapshot.State));
        Assert.True(snapshot.Position > TimeSpan.FromSeconds(2));

        ring.Publish(new EndItem(24_000, 0));
        Assert.Equal(StationState.Ended, server.Server.GetStatistics().Stations[1].State);
        Assert.True(server.Server.Directory.Remove("far"));
        Assert.Equal("jazz", Assert.Single(server.Server.GetStatistics().Stations).Name);
    }

    // It began three seconds ago.
    private static (StationListing Listing, BroadcastRing Ring) Far()
    {
        var info = new RenditionInfo("far", "pcm", new PayloadFormat("L16", 8000, 1), 160, 128_000, RtpStreamIdentity.Random())
        {
            StreamType = StreamType.Wav,
        };
        var ring = new BroadcastRing(info, TimeSpan.FromSeconds(10), static (_, _) => null);
        long began = TimeProvider.System.GetTimestamp() - (3 * TimeProvider.System.TimestampFrequency);
        ring.Publish(new DiscontinuityItem(0, began, new MediaTimeline(began, 8000, TimeProvider.System.TimestampFrequency)));
        ring.Publish(new TitleItem(0, began, new TrackInfo("Ornithology", "Bird")));
        return (new StationListing("far", [ring]), ring);
    }

    private static async Task<JsonElement> JsonAsync(HostedServer server, string path)
    {
        string answer = await server.GetAsync(path);
        return JsonDocument.Parse(answer[answer.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
    }
}
