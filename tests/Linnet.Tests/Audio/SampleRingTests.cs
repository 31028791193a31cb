using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class SampleRingTests
{
    [Theory]
    [InlineData(0, new float[] { 1, 2, 3, 9, 9 })]
    [InlineData(3, new float[] { 3, 9, 9, 1, 2 })]
    [InlineData(13, new float[] { 3, 9, 9, 1, 2 })]
    [InlineData(5, new float[] { 1, 2, 3, 9, 9 })]
    public void Samples_go_on_at_the_beginning_behind_the_end_and_are_read_back(long at, float[] expected)
    {
        float[] ring = [9, 9, 9, 9, 9];
        float[] read = new float[3];

        SampleRing.Write(ring, at, [1, 2, 3]);
        SampleRing.Read(ring, at, read);

        Assert.Equal(expected, ring);
        Assert.Equal([1, 2, 3], read);
    }

    [Fact]
    public void Silence_goes_on_at_the_beginning_too()
    {
        float[] ring = [1, 2, 3, 4];

        SampleRing.Clear(ring, 3, 2);

        Assert.Equal([0, 2, 3, 0], ring);
    }

    [Fact]
    public void Nothing_fits_an_empty_ring()
    {
        SampleRing.Write([], 7, []);
        SampleRing.Read([], 7, []);
    }
}
