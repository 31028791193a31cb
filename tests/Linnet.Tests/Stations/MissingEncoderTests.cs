using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Codecs;
using Linnet.Codecs.Streams;
using Linnet.Native;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Stations;
using Linnet.Tests.Codecs;
using Linnet.Tests.Fakes;
using Linnet.Transports.Http;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Stations;

/// <summary>A machine without an encoder: its renditions are left out, and the station is served without them.</summary>
public class MissingEncoderTests
{
    private readonly RecordingLogger _log = new();

    [Fact]
    public void A_station_offers_what_can_be_encoded()
    {
        using Station station = Create(CodecTables.Bare);

        Assert.Equal(["opus", "opus-64", "wav"], Streams(station));
        Assert.Equal(["mp3", "mp3-64", "flac", "aac"], station.Listing.Missing.Select(static missing => missing.Name));
        Assert.Equal(
            ["opus", "opus-5ms", "pcm", "l16", "l24"],
            station.Listing.Renditions.Where(static ring => ring.Info.IsRtp).Select(static ring => ring.Info.Name).Take(5));
    }

    [Fact]
    public void Each_library_brings_its_renditions()
    {
        using Station lame = Create(With(NativeLibraries.Mp3Lame));
        using Station flac = Create(With(NativeLibraries.Flac));

        Assert.Equal(["mp3", "mp3-64", "opus", "opus-64", "wav"], Streams(lame));
        Assert.Equal(["opus", "opus-64", "flac", "wav"], Streams(flac));
    }

    [Fact]
    public void A_station_whose_only_streams_cannot_be_encoded_still_plays()
    {
        using Station station = Create(CodecTables.Bare, ["mp3", "mp3-320"]);

        Assert.Empty(Streams(station));
        Assert.Equal("opus", station.Listing.Renditions[0].Info.Name);
        Assert.Equal(
            "This server cannot encode MP3. " + CodecTables.Bare.EncoderProblem(StreamCodec.Mp3) + "\r\n",
            RadioResponses.WhyNothing("/jazz.mp3", new StationDirectory([station.Listing])));
    }

    [Fact]
    public void Vorbis_that_a_client_pushes_is_not_offered_as_vorbis()
    {
        var sent = new StreamFormat(new AudioFormat(48_000, 2), 0, StreamCodec.Vorbis, 128_000, []);
        using Station with = Create(With(NativeLibraries.Vorbis, NativeLibraries.VorbisEnc), sent: sent);
        using Station without = Create(CodecTables.Bare, sent: sent);

        Assert.Contains("ogg", Streams(with));
        Assert.DoesNotContain("ogg", Streams(without));
        Assert.Contains(without.Listing.Missing, static missing => missing.Name == "ogg");
    }

    [Fact]
    public void A_request_for_a_missing_rendition_says_why_and_what_there_is()
    {
        using Station station = Create(CodecTables.Bare);
        var directory = new StationDirectory([station.Listing]);

        Assert.Equal(RadioTargetKind.Missing, RadioTarget.Find("/jazz.mp3", directory).Kind);
        Assert.Equal(RadioTargetKind.Missing, RadioTarget.Find("/jazz-64.mp3", directory).Kind);
        string why = RadioResponses.WhyNothing("/jazz-64.mp3", directory);
        Assert.Contains("cannot encode MP3. libmp3lame is not installed. To add it: ", why, StringComparison.Ordinal);
        Assert.EndsWith("/jazz.opus\r\n/jazz-64.opus\r\n/jazz.wav\r\n", why, StringComparison.Ordinal);
        Assert.StartsWith(
            "There is no audio at this path.", RadioResponses.WhyNothing("/jazz-96.mp3", directory), StringComparison.Ordinal);
    }

    [Fact]
    public void A_playlist_and_a_bare_name_lead_to_opus()
    {
        using Station station = Create(CodecTables.Bare);
        var directory = new StationDirectory([station.Listing]);

        Assert.Equal("opus", RadioTarget.Find("/jazz.m3u", directory).Rendition?.Info.Name);
        Assert.Equal("opus", RadioTarget.Find("/jazz.pls", directory).Rendition?.Info.Name);
        Assert.Equal("opus", RadioTarget.Preferred(station.Listing, "*/*").Info.Name);
        Assert.Equal("opus", RadioTarget.Preferred(station.Listing, "audio/mpeg").Info.Name);
    }

    [Fact]
    public async Task A_host_answers_for_a_rendition_that_lacks_its_encoder_instead_of_the_application()
    {
        await using StationServer server = StationServer.Open(
            [Create(CodecTables.Bare)],
            new StationServerOptions
            {
                Bind = System.Net.IPAddress.Loopback,
                RtspPort = null,
                RtpPort = null,
                Radio = new RadioServerOptions(),
            },
            logger: _log);
        server.Front!.Site = HttpSite.Shared;

        Assert.True(server.Front.Takes("GET", "/jazz.mp3"));
        Assert.False(server.Front.Takes("GET", "/jazz-96.mp3"));
    }

    [Fact]
    public async Task A_server_says_once_what_it_cannot_offer()
    {
        await using StationServer server = StationServer.Open(
            [Create(CodecTables.Bare), Create(CodecTables.Bare, name: "news")],
            new StationServerOptions { Bind = System.Net.IPAddress.Loopback, RtspPort = 0, RtpPort = 0 }, logger: _log);

        // Not before the caller has said where it listens.
        Assert.DoesNotContain(_log.Lines, static line => line.StartsWith("96", StringComparison.Ordinal));
        using var stop = new CancellationTokenSource();
        Task running = server.RunAsync(stop.Token);
        await stop.CancelAsync();
        await running;

        Assert.Equal(
            [
                "9602 Not offered over HTTP: mp3, mp3-64. " + CodecTables.Bare.EncoderProblem(StreamCodec.Mp3),
                "9602 Not offered over HTTP: flac. " + CodecTables.Bare.EncoderProblem(StreamCodec.Flac),
                "9602 Not offered over HTTP: aac. " + CodecTables.Bare.EncoderProblem(StreamCodec.Aac),
            ],
            _log.Lines.Where(static line => line.StartsWith("9602", StringComparison.Ordinal)));
    }

    private static Station Create(
        CodecTable codecs, IReadOnlyList<string>? streams = null, string name = "jazz", StreamFormat? sent = null)
    {
        var options = new StationOptions { Name = name, Codecs = codecs, Sent = sent };
        return new Station(options with { Streams = streams ?? options.Streams }, new ToneSource(440));
    }

    /// <summary>A machine with these libraries alone. Skips the test where one is missing, since their encoders are created.</summary>
    private static CodecTable With(params string[] libraries)
    {
        Assert.SkipUnless(libraries.All(NativeLibraries.IsAvailable), $"needs {string.Join(" and ", libraries)}");
        return CodecTables.With(libraries);
    }

    private static IEnumerable<string> Streams(Station station) => station.Listing.Streams.Select(static ring => ring.Info.Name);
}
