using Linnet.Wire.Http;
using Linnet.Wire.Messages;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Wire.Messages;

public class MessageLimitsTests
{
    [Fact]
    public void Each_protocol_has_its_own_defaults_and_both_are_valid()
    {
        Assert.Equal((4096, 4096, 64, 8192), Of(HttpLimits.Default));
        Assert.Equal((2048, 4096, 64, 16_384), Of(RtspLimits.Default));
        Assert.Equal(65_536, RtspLimits.Default.MaxBody);
        Assert.Empty(HttpLimits.Default.Problems());
        Assert.Empty(RtspLimits.Default.Problems());
    }

    [Fact]
    public void Every_limit_that_is_out_of_range_is_named()
    {
        Assert.Equal(4, new HttpLimits { MaxStartLine = 0, MaxHeaderLine = -1, MaxHeaders = 0, MaxHead = 0 }.Problems().Count());
        Assert.Equal(
            ["MaxHead is 127; it must be between 128 and 1048576.", "MaxBody is -1; it must be between 0 and 16777216."],
            new RtspLimits { MaxHead = 127, MaxBody = -1 }.Problems());
    }

    private static (int StartLine, int HeaderLine, int Headers, int Head) Of(MessageLimits limits) =>
        (limits.MaxStartLine, limits.MaxHeaderLine, limits.MaxHeaders, limits.MaxHead);
}
