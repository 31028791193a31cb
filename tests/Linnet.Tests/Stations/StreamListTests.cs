using Linnet.Audio;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

public class StreamListTests
{
    [Theory]
    [InlineData("mp3-65",
        "'mp3-65' is not a rendition: MP3 has 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 192, 224, 256, 320 kb/s, such "
            + "as mp3-64.")]
    [InlineData("mp3-", "'mp3-' is not a rendition: MP3 has")]
    [InlineData("mp3--64", "'mp3--64' is not a rendition: MP3 has")]
    [InlineData("opus-5", "'opus-5' is not a rendition: Opus has 6 to 510 kb/s, such as opus-64.")]
    [InlineData("opus-99999999999", "'opus-99999999999' is not a rendition: Opus has")]
    [InlineData("aac-15", "'aac-15' is not a rendition: AAC has 16 to 320 kb/s, such as aac-64.")]
    [InlineData("aac-321", "'aac-321' is not a rendition: AAC has")]
    [InlineData("flac-64", "'flac-64' is not a rendition: choose")]
    [InlineData("MP3", "'MP3' is not a rendition: choose")]
    [InlineData("", "'' is not a rendition: choose")]
    public void An_invalid_rendition_is_refused_with_the_valid_forms(string name, string problem) =>
        Assert.StartsWith(
            problem, Assert.Single(new StationOptions { Name = "jazz", Streams = [name] }.Problems()), StringComparison.Ordinal);

    [Fact]
    public void A_rendition_listed_twice_is_refused() => Assert.Equal(
        ["The rendition mp3-64 is listed twice."], new StationOptions { Name = "jazz", Streams = ["mp3-64", "mp3-064"] }.Problems());

    [Fact]
    public void More_renditions_than_a_page_would_show_are_refused() => Assert.Single(
        new StationOptions { Name = "jazz", Streams = [.. Enumerable.Range(20, 17).Select(static i => $"opus-{i}")] }.Problems());

    [Fact]
    public void Exactly_the_listed_renditions_are_offered_in_their_order()
    {
        using Station engine = Create(o => o with { Streams = ["wav", "opus-96", "opus-64"] });

        Assert.Equal(["wav", "opus-96", "opus-64"], engine.Listing.Streams.Select(static s => s.Info.Name));
        Assert.Equal(["wav", "opus", "opus"], engine.Listing.Streams.Select(static s => s.Info.StreamType!.Extension));
        Assert.Equal([8_000 * 16, 96_000, 64_000], engine.Listing.Streams.Select(static s => s.Info.BitRate));
    }

    [Fact]
    public void A_station_that_streams_nothing_offers_nothing_over_HTTP()
    {
        using Station engine = Create(o => o with { Streams = [] });

        Assert.Empty(engine.Listing.Streams);
    }

    [Fact]
    public void HTTP_offers_renditions_in_the_order_of_the_options_and_RTSP_its_default_first()
    {
        using Station engine = Create(o => o with { Streams = ["wav", "opus-64", "opus"] });

        Assert.Equal(["wav", "opus-64", "opus"], engine.Listing.Streams.Select(static s => s.Info.Name));
        Assert.Equal("opus", engine.Listing.Renditions.First(static r => r.Info.IsRtp).Info.Name);
    }

    private static Station Create(Func<StationOptions, StationOptions> change) => new(
        change(new StationOptions { Name = "jazz" }), new RampSource(new AudioFormat(8_000, 1), 8_000), new SteppedTime(),
        NullLogger.Instance);
}
