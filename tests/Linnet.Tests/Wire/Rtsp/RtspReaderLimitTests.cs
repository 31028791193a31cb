using System.Buffers;
using System.Text;
using Linnet.Wire.Rtsp;

namespace Linnet.Tests.Wire.Rtsp;

public class RtspReaderLimitTests
{
    private const string Start = "PLAY rtsp://h/ RTSP/1.0\r\n";

    private static readonly RtspLimits Small = new() { MaxStartLine = 64, MaxHeaderLine = 64, MaxHeaders = 3, MaxHead = 256, MaxBody = 10 };

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    public void A_start_line_may_be_as_long_as_the_limit_and_no_longer(string end)
    {
        string line = "PLAY rtsp://h/".PadRight(64 - " RTSP/1.0".Length, 'x') + " RTSP/1.0";

        Assert.Null(Refusal(Small, $"{line}{end}{end}"));
        Assert.Equal(RtspStatus.RequestUriTooLong, Refusal(Small, $"{line.Replace("PLAY", "PAUSE", StringComparison.Ordinal)}{end}"));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\n")]
    public void A_header_may_be_as_long_as_the_limit_and_no_longer(string end)
    {
        string line = "X: ".PadRight(64, 'x');

        Assert.Null(Refusal(Small, $"{Start}{line}{end}{end}"));
        Assert.Equal(RtspStatus.RequestEntityTooLarge, Refusal(Small, $"{Start}{line}x{end}"));
    }

    [Fact]
    public void Folding_does_not_lengthen_a_header_beyond_the_limit() =>
        Assert.Equal(RtspStatus.RequestEntityTooLarge, Refusal(Small, $"{Start}X: {new string('x', 40)}\r\n {new string('x', 40)}\r\n"));

    [Fact]
    public void A_header_too_many_is_refused()
    {
        Assert.Null(Refusal(Small, $"{Start}A: 1\r\nA: 2\r\nA: 3\r\n\r\n"));
        Assert.Equal(RtspStatus.RequestEntityTooLarge, Refusal(Small, $"{Start}A: 1\r\nA: 2\r\nA: 3\r\nA: 4\r\n"));
    }

    [Fact]
    public void A_head_too_long_is_refused_though_each_line_fits()
    {
        RtspLimits limits = Small with { MaxHeaders = 100 };

        Assert.Equal(RtspStatus.RequestEntityTooLarge, Refusal(limits, Start + string.Concat(Enumerable.Repeat("A: 1234567890\r\n", 20))));
        Assert.Equal(RtspStatus.RequestEntityTooLarge, Refusal(limits, string.Concat(Enumerable.Repeat("\r\n", 129))));
    }

    [Fact]
    public void A_body_may_be_as_long_as_the_limit_and_no_longer()
    {
        Assert.Null(Refusal(Small, $"{Start}Content-Length: 10\r\n\r\n0123456789"));
        Assert.Equal(RtspStatus.RequestEntityTooLarge, Refusal(Small, $"{Start}Content-Length: 11\r\n"));
    }

    [Fact]
    public void The_limits_apply_to_each_message()
    {
        string message = $"{Start}A: 1\r\nB: 2\r\nC: {new string('x', 60)}\r\n\r\n";

        Assert.Null(Refusal(Small, string.Concat(Enumerable.Repeat(message, 50))));
    }

    [Theory]
    [InlineData("PLAY rtsp://h/", RtspStatus.RequestUriTooLong)]
    [InlineData(Start + "X: ", RtspStatus.RequestEntityTooLarge)]
    internal void A_line_without_end_is_refused_before_it_is_held(string start, RtspStatus status)
    {
        var reader = new RtspReader();
        byte[] drip = [.. Encoding.ASCII.GetBytes(start), .. Enumerable.Repeat((byte)'x', 1 << 20)];
        int longest = 0;
        int at = 0;
        for (int held = 0; reader.Refusal is null; at++)
        {
            var buffer = new ReadOnlySequence<byte>(drip, at - held, held + 1);
            reader.Read(ref buffer, out _);
            held = (int)buffer.Length;
            longest = Math.Max(longest, held);
        }

        Assert.Equal(status, reader.Refusal.Status);
        Assert.InRange(longest, 2048, 4096 + 2);
        Assert.InRange(at, 2048, 4096 + 64);
    }

    [Fact]
    public void A_slow_drip_allocates_no_more_than_a_burst()
    {
        byte[] message = Encoding.ASCII.GetBytes($"{Start}X: {new string('x', 4000)}\r\n\r\n");
        var reader = new RtspReader();
        int held = 0;
        int read = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int at = 0; at < message.Length; at++)
        {
            var buffer = new ReadOnlySequence<byte>(message, at - held, held + 1);
            read += reader.Read(ref buffer, out _) == RtspReadResult.Done ? 1 : 0;
            held = (int)buffer.Length;
        }

        Assert.Equal(1, read);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void Impossible_limits_are_all_named()
    {
        var limits = new RtspLimits { MaxStartLine = 0, MaxHeaderLine = -1, MaxHeaders = 0, MaxHead = 0, MaxBody = -1 };

        Assert.Equal(5, limits.Problems().Count());
        Assert.Throws<ArgumentException>(() => new RtspReader(limits));
    }

    private static RtspStatus? Refusal(RtspLimits limits, string text)
    {
        var reader = new RtspReader(limits);
        List<string> read = Reading.All(reader, Encoding.ASCII.GetBytes(text), _ => int.MaxValue);
        Assert.True(reader.Refusal is not null || read[^1] == "0 left");
        return reader.Refusal?.Status;
    }
}
