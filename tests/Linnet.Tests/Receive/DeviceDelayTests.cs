using Linnet.Receive;

namespace Linnet.Tests.Receive;

public class DeviceDelayTests
{
    private const long Millisecond = 1000;

    [Fact]
    public void One_wrong_time_is_ignored_and_a_lasting_change_is_followed()
    {
        var delay = new DeviceDelay(1000 * Millisecond);
        Observe(delay, 30 * Millisecond, times: 40);
        Observe(delay, 2000 * Millisecond, times: 1);
        Assert.Equal(30 * Millisecond, delay.Ticks);

        Observe(delay, 45 * Millisecond, times: 10);
        Assert.Equal(45 * Millisecond, delay.Ticks);
    }

    [Fact]
    public void If_a_device_requests_two_portions_the_second_counts()
    {
        var delay = new DeviceDelay(1000 * Millisecond);
        for (int i = 0; i < 100; i++)
        {
            delay.Observe(20 * Millisecond);
            delay.Observe(40 * Millisecond);
            Assert.True(i < 8 || delay.Ticks == 40 * Millisecond);
        }
    }

    [Fact]
    public void Noise_does_not_change_the_delay()
    {
        var delay = new DeviceDelay(1000 * Millisecond);
        var random = new Random(1);
        delay.Observe(30 * Millisecond);
        for (int i = 0; i < 1000; i++)
        {
            delay.Observe((27 * Millisecond) + random.Next(6 * (int)Millisecond));
            Assert.Equal(30 * Millisecond, delay.Ticks);
        }
    }

    private static void Observe(DeviceDelay delay, long ticks, int times)
    {
        for (int i = 0; i < times; i++)
        {
            delay.Observe(ticks);
        }
    }
}
