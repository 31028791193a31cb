namespace Linnet.Interop.Tests.Streams;

/// <summary>Damaged streams of every format that can be pushed, except Ogg.</summary>
public sealed class StreamFuzzTests
{
    [Theory]
    [InlineData("mp3", 200)]
    [InlineData("flac", 200)]
    [InlineData("flac-own", 200)]
    [InlineData("aiff-s24be", 100)]
    [InlineData("aiff-fl32", 100)]
    [InlineData("wav-s16le", 100)]
    [InlineData("wav-s24le", 100)]
    [InlineData("wav-f32le", 200)]
    [InlineData("wav-f64le", 100)]
    [InlineData("wav-alaw", 100)]
    [InlineData("wav-mulaw", 100)]
    [InlineData("wav-u8", 100)]
    [InlineData("aac", 5)]
    public void Damaged_streams_never_end_a_station_or_mute_a_rendition(string format, int streams) => StreamFuzz.Run(format, 0, streams);

    [Theory]
    [Trait("Length", "Long")]
    [InlineData("mp3", 20_000)]
    [InlineData("flac", 20_000)]
    [InlineData("flac-own", 20_000)]
    [InlineData("aiff-s24be", 20_000)]
    [InlineData("aiff-fl32", 20_000)]
    [InlineData("wav-s16le", 20_000)]
    [InlineData("wav-s24le", 20_000)]
    [InlineData("wav-f32le", 20_000)]
    [InlineData("wav-f64le", 20_000)]
    [InlineData("wav-alaw", 20_000)]
    [InlineData("wav-mulaw", 20_000)]
    [InlineData("wav-u8", 20_000)]
    [InlineData("aac", 500)]
    public void Twenty_thousand_damaged_streams_never_end_a_station_or_mute_a_rendition(string format, int streams) =>
        StreamFuzz.Run(format, 1_000_000, streams);
}
