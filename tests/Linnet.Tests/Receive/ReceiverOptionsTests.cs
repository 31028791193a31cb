using Linnet.Audio;
using Linnet.Receive;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Receive;

public class ReceiverOptionsTests
{
    [Fact]
    public void The_defaults_have_no_problems() => Assert.Empty(new ReceiverOptions().Problems());

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        var options = new ReceiverOptions
        {
            Latency = TimeSpan.FromSeconds(11),
            Capacity = 100,
        };

        Assert.Equal(2, options.Problems().Count());
        ArgumentException error =
            Assert.Throws<ArgumentException>(() => new Receiver(new FakeL16Decoder(new AudioFormat(8000, 1)), options: options));
        Assert.Contains("Latency is 00:00:11; it must be between 1 ms and 10 s.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("low-latency", 5, 60)]
    [InlineData("balanced", 40, 300)]
    [InlineData("robust", 400, 2000)]
    public void A_profile_is_found_by_name(string name, int leastMs, int mostMs)
    {
        Assert.True(ReceiverProfile.TryFind(name, out ReceiverProfile? profile));
        Assert.Equal(TimeSpan.FromMilliseconds(leastMs), new ReceiverOptions { Profile = profile }.BaseDelay);
        Assert.Equal(TimeSpan.FromMilliseconds(mostMs), new ReceiverOptions { Profile = profile }.MostDelay);
        Assert.Empty(new ReceiverOptions { Profile = profile }.Problems());
        Assert.False(ReceiverProfile.TryFind(name.ToUpperInvariant(), out _));
    }

    [Fact]
    public void A_latency_fixes_the_buffer_whatever_the_profile()
    {
        var options = new ReceiverOptions { Profile = ReceiverProfile.Robust, Latency = TimeSpan.FromMilliseconds(20) };

        Assert.Equal(options.BaseDelay, options.MostDelay);
        Assert.Equal(20, options.BaseDelay.TotalMilliseconds);
    }

    [Fact]
    public void A_custom_profile_is_checked()
    {
        ReceiverProfile upsideDown = new("mine", TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(60));

        Assert.Contains(
            "the shorter one first", Assert.Single(new ReceiverOptions { Profile = upsideDown }.Problems()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_format_that_no_device_has_is_refused()
    {
        var receiver = new Receiver(new FakeL16Decoder(new AudioFormat(8000, 1)));

        Assert.Throws<ArgumentException>(() => receiver.SetOutput(new AudioFormat(48_000, 9)));
    }
}
