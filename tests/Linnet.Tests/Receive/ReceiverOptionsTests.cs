using Linnet.Audio;
using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Receive;

public class ReceiverOptionsTests
{
    [Fact]
    public void The_defaults_have_no_problems() => Assert.Empty(new ReceiverOptions().Problems());

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var options = new ReceiverOptions
        {
            TargetDelay = TimeSpan.FromSeconds(11),
            Capacity = 100,
            MaxPayload = 1,
            MaxConceal = TimeSpan.FromSeconds(-1),
            MaxJump = TimeSpan.Zero,
            MaxError = TimeSpan.Zero,
        };

        Assert.Equal(6, options.Problems().Count());
        ArgumentException error = Assert.Throws<ArgumentException>(() => new Receiver(new FakeL16Decoder(new AudioFormat(8000, 1)), options: options));
        Assert.Contains("TargetDelay is 00:00:11; it must be between 5 ms and 10 s.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_no_device_has_is_refused()
    {
        var receiver = new Receiver(new FakeL16Decoder(new AudioFormat(8000, 1)));

        Assert.Throws<ArgumentException>(() => receiver.SetOutput(new AudioFormat(48_000, 9)));
        Assert.Equal(new AudioFormat(8000, 1), receiver.OutputFormat);
    }
}
