using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Tests.Codecs.Streams;

public class StreamConversionTests
{
    private static readonly AudioFormat Mono = new(8_000, 1);

    [Fact]
    public void What_a_block_becomes_comes_with_that_block()
    {
        var fast = new AudioFormat(96_000, 1);
        for (int length = 800; length < 1000; length++)
        {
            int frames = 0;
            var converter = new FormatConverter(Mono, fast);
            var conversion = new StreamConversion(Mono, fast, pcm =>
            {
                frames += pcm.Length;
                return true;
            });

            converter.Process(new float[length], new float[100_000], out _, out int expected);
            conversion.Write(new float[length]);

            Assert.Equal(expected, frames);
        }
    }

    [Fact]
    public void Sound_that_has_the_format_passes_as_it_is_and_a_partial_frame_is_dropped()
    {
        var stereo = new AudioFormat(48_000, 2);
        var taken = new List<float[]>();
        var conversion = new StreamConversion(stereo, stereo, pcm =>
        {
            taken.Add(pcm.ToArray());
            return true;
        });

        conversion.Write([1, 2, 3, 4, 5]);
        conversion.Flush();

        Assert.Equal([1, 2, 3, 4], Assert.Single(taken));
    }
}
