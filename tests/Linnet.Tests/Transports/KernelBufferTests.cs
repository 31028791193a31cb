using Linnet.Transports;

namespace Linnet.Tests.Transports;

public class KernelBufferTests
{
    [Theory]
    [InlineData(1_000, 16 * 1024)]        // 8 kb/s
    [InlineData(16_000, 32_000)]          // MP3 of 128 kb/s
    [InlineData(176_400, 352_800)]        // CD
    [InlineData(576_000, 432_000)]        // 24 bit at 96 kHz
    [InlineData(2_304_000, 1 << 20)]      // eight channels of that
    public void It_holds_two_seconds_but_never_more_than_a_megabyte(double bytesPerSecond, int bytes) =>
        Assert.Equal(bytes, KernelBuffer.For(bytesPerSecond, TimeSpan.FromSeconds(2)));
}
