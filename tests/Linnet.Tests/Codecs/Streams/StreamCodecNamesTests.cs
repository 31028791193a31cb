using Linnet.Audio;
using Linnet.Codecs;
using Linnet.Codecs.Streams;

namespace Linnet.Tests.Codecs.Streams;

/// <summary>A codec has one name, whichever protocol carries it.</summary>
public class StreamCodecNamesTests
{
    [Theory]
    [InlineData(StreamCodec.Opus, 0, "opus", "Opus, 48000 Hz, 2 ch")]
    [InlineData(StreamCodec.Pcm, 16, "L16", "L16, 48000 Hz, 2 ch")]
    [InlineData(StreamCodec.Pcm, 24, "L24", "L24, 48000 Hz, 2 ch")]
    internal void A_stream_over_HTTP_is_named_as_over_RTP(StreamCodec codec, int bits, string overRtp, string shown)
    {
        var stream = new StreamFormat(new AudioFormat(48_000, 2), bits, codec, 0, []);

        Assert.Equal(shown, new PayloadFormat(stream.Name(), 48_000, 2).ToString());
        Assert.Equal(shown, new PayloadFormat(overRtp, 48_000, 2).ToString());
    }
}
