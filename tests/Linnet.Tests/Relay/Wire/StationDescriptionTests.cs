using System.Text;
using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Codecs;
using Linnet.Relay.Wire;
using Linnet.Tests.Wire;
using Linnet.Wire.Icy;

namespace Linnet.Tests.Relay.Wire;

public class StationDescriptionTests
{
    private static readonly RenditionInfo Opus =
        new("jazz", "opus-128", new PayloadFormat("opus", 48_000, 2, "sprop-stereo=1"), 960, 128_000, RtpStreamIdentity.Random())
        {
            StreamType = StreamType.Opus with { Order = 2 },
            Delay = 312,
            Began = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero) + TimeSpan.FromTicks(1),
            Headers = [new byte[] { 1, 2, 3 }, Array.Empty<byte>()],
        };

    private static readonly RenditionInfo Flac =
        new("jazz", "flac", new PayloadFormat("FLAC", 44_100, 1), 4096, 700_000, new RtpStreamIdentity(uint.MaxValue, ushort.MaxValue, 7))
        {
            IsRtp = false,
            StreamType = StreamType.Flac,
        };

    private static readonly RenditionInfo Pcm =
        new("jazz", "pcm", new PayloadFormat("L24", 192_000, 8), 50, 36_864_000, RtpStreamIdentity.Random());

    private static readonly StationDescription Jazz = new("jazz", "node-1", 0xFEDC_BA98_7654_3210, [Opus, Flac, Pcm])
    {
        About = new IceDescription("Jazz", "All night", "jazz", "https://radio.example/", true, 128_000, 48_000),
        ArtUrl = "https://radio.example/jazz.png",
        Missing = [new MissingStream("mp3", StreamType.Mp3, "LAME is not installed.")],
    };

    [Fact]
    public void A_description_is_read_back_equal()
    {
        Assert.True(StationDescription.TryRead(Jazz.ToBytes(), out StationDescription? read));

        // Lists are compared by what is in them.
        Assert.Equal(Jazz with { Renditions = [], Missing = [] }, read with { Renditions = [], Missing = [] });
        Assert.Equal(Jazz.Missing, read.Missing);
        Assert.Equal(
            Jazz.Renditions.Select(static r => r with { Headers = [] }), read.Renditions.Select(static r => r with { Headers = [] }));
        Assert.Equal(
            Jazz.Renditions.Select(static r => string.Join(',', r.Headers.Select(static h => Convert.ToHexString(h.Span)))),
            read.Renditions.Select(static r => string.Join(',', r.Headers.Select(static h => Convert.ToHexString(h.Span)))));
    }

    [Fact]
    public void A_listing_is_described_with_all_that_it_says()
    {
        BroadcastRing ring = new(Opus, TimeSpan.FromSeconds(1), static (_, _) => null);
        var listing = new StationListing("jazz", [ring])
        {
            Description = Jazz.About,
            ArtUrl = Jazz.ArtUrl,
            Missing = Jazz.Missing,
        };

        StationDescription description = StationDescription.Of(listing, "node-1", Jazz.Incarnation);

        Assert.Equal([Opus], description.Renditions);
        Assert.Equal(Jazz with { Renditions = [] }, description with { Renditions = [] });
    }

    [Fact]
    public void A_station_that_says_nothing_has_a_description()
    {
        Assert.True(StationDescription.TryRead(new StationDescription("a", "b", 0, []).ToBytes(), out StationDescription? read));
        Assert.Equal((null, null, 0), (read.About, read.ArtUrl, read.Missing.Count));
    }

    [Fact]
    public void A_stream_of_a_kind_that_is_not_known_is_offered_without_it()
    {
        Assert.True(StationDescription.TryRead(Json("\"flac\",\"order\"", "\"webm\",\"order\""), out StationDescription? read));
        Assert.Equal([StreamType.Opus with { Order = 2 }, null, null], read.Renditions.Select(static r => r.StreamType));
    }

    [Fact]
    public void Fields_of_later_versions_are_ignored()
    {
        byte[] later = Json("{\"format\":1,", "{\"format\":1,\"load\":{\"cpu\":3},");
        Assert.True(StationDescription.TryRead(later, out StationDescription? read));
        Assert.Equal("jazz", read.Station);
    }

    [Theory]
    [InlineData("\"format\":1", "\"format\":2", "another format")]
    [InlineData("\"station\":\"jazz\"", "\"station\":\"Jazz/..\"", "a name that is none")]
    [InlineData("\"node\":\"node-1\"", "\"node\":\"node.*\"", "a node that matches others")]
    [InlineData("\"incarnation\":\"fedcba9876543210\"", "\"incarnation\":\"x\"", "an incarnation that is no number")]
    [InlineData("\"name\":\"flac\"", "\"name\":\"pcm\"", "two renditions with one name")]
    [InlineData("\"name\":\"pcm\"", "\"name\":\"p\\u0022cm\"", "a rendition's name that is none")]
    [InlineData("\"encoding\":\"L24\"", "\"encoding\":\"L24\\r\\n\"", "a line break in an encoding")]
    [InlineData("\"parameters\":\"sprop-stereo=1\"", "\"parameters\":\"a\\r\\na=b\"", "a line break in parameters")]
    [InlineData("\"clock_rate\":192000", "\"clock_rate\":0", "no clock rate")]
    [InlineData("\"channels\":8", "\"channels\":9", "too many channels")]
    [InlineData("\"frames_per_packet\":50", "\"frames_per_packet\":0", "empty packets")]
    [InlineData("\"frames_per_packet\":50", "\"frames_per_packet\":5", "packets of 26 µs")]
    [InlineData("\"frames_per_packet\":50", "\"frames_per_packet\":2000000", "packets of ten seconds")]
    [InlineData("\"bit_rate\":36864000", "\"bit_rate\":2000000000", "2 Gb/s")]
    [InlineData("\"bit_rate\":36864000", "\"bit_rate\":0", "no bit rate")]
    [InlineData("\"delay\":312", "\"delay\":-1", "a negative delay")]
    [InlineData("\"delay\":312", "\"delay\":3e9", "a number that is too large")]
    [InlineData("\"began\":\"2026-05-04", "\"began\":\"2023-05-04", "a station from before there was Linnet")]
    [InlineData("\"began\":\"2026-05-04", "\"began\":\"9999-05-04", "a station of the far future")]
    [InlineData("\"began\":\"2026-05-04", "\"began\":\"yesterday", "a beginning that is no time")]
    [InlineData("\"headers\":[\"AQID\",\"\"]", "\"headers\":[\"A\"]", "headers that are not in base 64")]
    [InlineData("\"headers\":[\"AQID\",\"\"]", "\"headers\":[null]", "a header that is null")]
    [InlineData("\"missing\":[", "\"missing\":[null,", "a missing rendition that is null")]
    [InlineData("\"renditions\":[", "\"renditions\":[null,", "a rendition that is null")]
    [InlineData("\"renditions\":[", "\"renditions\":[[[[[[[[[", "too deep")]
    [InlineData("\"node\":\"node-1\",", "", "no node")]
    [InlineData("\"node\":\"node-1\"", "\"node\":null", "a node that is null")]
    public void A_bad_description_is_refused(string part, string replacement, string why) =>
        Assert.False(StationDescription.TryRead(Json(part, replacement), out _), why);

    [Fact]
    public void Too_many_renditions_and_too_many_bytes_are_refused()
    {
        StationDescription With(int count) => Jazz with
        {
            Renditions = [.. Enumerable.Range(0, count).Select(static i => Pcm with { Name = $"pcm-{i}" })],
        };

        StationDescription Headers(int length) => Jazz with { Renditions = [Opus with { Headers = [new byte[length]] }] };

        IReadOnlyList<ReadOnlyMemory<byte>> Empty(int count) =>
            [.. Enumerable.Repeat(ReadOnlyMemory<byte>.Empty, count)];

        Assert.True(StationDescription.TryRead(With(64).ToBytes(), out _));
        Assert.False(StationDescription.TryRead(With(65).ToBytes(), out _));
        Assert.True(StationDescription.TryRead(Headers(256 * 1024).ToBytes(), out _));
        Assert.False(StationDescription.TryRead(Headers((256 * 1024) + 1).ToBytes(), out _));
        Assert.False(StationDescription.TryRead((Jazz with { Renditions = [Opus with { Headers = Empty(17) }] }).ToBytes(), out _));
        byte[] spaces = new byte[StationDescription.MaxLength];
        Array.Fill(spaces, (byte)' ');
        Assert.False(StationDescription.TryRead([.. Jazz.ToBytes(), .. spaces], out _));
    }

    [Fact]
    public void Texts_are_cleaned_and_addresses_are_links()
    {
        StationDescription dirty = Jazz with
        {
            About = new IceDescription("a\r\nb", "\u001b[31m", "", "javascript:alert(1)", null, -1, -1),
            ArtUrl = "javascript:alert(1)",
        };

        Assert.True(StationDescription.TryRead(dirty.ToBytes(), out StationDescription? read));
        Assert.Equal((new IceDescription("a b", "[31m", null, null, null, 0, 0), null), (read.About, read.ArtUrl));
    }

    [Fact]
    public void Noise_does_not_throw()
    {
        var noise = new Noise(8259);
        byte[][] samples = [Jazz.ToBytes()];
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            read += StationDescription.TryRead(noise.Mutation(samples), out _) ? 1 : 0;
        }

        Assert.InRange(read, 1_000, 19_000);
    }

    private static byte[] Json(string part, string replacement)
    {
        string json = Encoding.UTF8.GetString(Jazz.ToBytes());
        Assert.Contains(part, json, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(json.Replace(part, replacement, StringComparison.Ordinal));
    }
}
