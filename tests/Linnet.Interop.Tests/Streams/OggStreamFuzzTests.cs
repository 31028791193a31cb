namespace Linnet.Interop.Tests.Streams;

/// <summary>Damaged Ogg streams of every codec. A separate class, so that it runs in parallel with the others.</summary>
public sealed class OggStreamFuzzTests
{
    [Theory]
    [InlineData("opus", 200)]
    [InlineData("opus-surround", 100)]
    [InlineData("vorbis", 200)]
    [InlineData("ogg-flac", 200)]
    public void Damaged_streams_never_end_a_station_or_mute_a_rendition(string format, int streams) => StreamFuzz.Run(format, 0, streams);

    [Theory]
    [Trait("Length", "Long")]
    [InlineData("opus", 20_000)]
    [InlineData("opus-surround", 20_000)]
    [InlineData("vorbis", 20_000)]
    [InlineData("ogg-flac", 20_000)]
    public void Twenty_thousand_damaged_streams_never_end_a_station_or_mute_a_rendition(string format, int streams) =>
        StreamFuzz.Run(format, 1_000_000, streams);
}
