using Linnet.Transports.Rtsp;

namespace Linnet.Tests.Transports.Rtsp;

/// <summary>How a receiver continues when audio no longer arrives over UDP.</summary>
public class UdpWayTests
{
    [Theory]
    [InlineData(RtspTransport.Auto, true, 1, RtspTransport.Auto)]
    [InlineData(RtspTransport.Auto, true, 3, RtspTransport.Tcp)]
    [InlineData(RtspTransport.Auto, false, 1, RtspTransport.Tcp)]
    [InlineData(RtspTransport.Udp, true, 9, RtspTransport.Udp)]
    [InlineData(RtspTransport.Udp, false, 9, RtspTransport.Udp)]
    internal void How_it_goes_on_depends_on_what_is_wanted_and_what_came(
        RtspTransport wanted, bool wasHeard, int losses, RtspTransport next)
    {
        var way = new UdpWay(wanted, TimeSpan.FromSeconds(2), ticksPerSecond: 1);
        RtspTransport told = wanted;
        for (int i = 0; i < losses; i++)
        {
            told = way.OnLost(wasHeard, now: i).Next;
        }

        Assert.Equal(next, told);
    }

    [Fact]
    public void Old_losses_do_not_count()
    {
        var way = new UdpWay(RtspTransport.Auto, TimeSpan.FromSeconds(2), ticksPerSecond: 1);
        for (int hour = 0; hour < 10; hour++)
        {
            Assert.Equal(RtspTransport.Auto, way.OnLost(wasHeard: true, now: hour * 3600).Next);
        }
    }

    [Fact]
    public void If_only_UDP_is_allowed_waits_grow_to_ten_seconds_and_restart_once_audio_arrived()
    {
        var way = new UdpWay(RtspTransport.Udp, TimeSpan.FromSeconds(2), ticksPerSecond: 1);

        Assert.Equal(
            [0.25, 0.5, 1, 2, 4, 8, 10, 10], Enumerable.Range(0, 8).Select(now => way.OnLost(wasHeard: false, now).Pause.TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(10), way.FirstPatience);
        Assert.Equal(TimeSpan.Zero, way.OnLost(wasHeard: true, now: 8).Pause);
        Assert.Equal(TimeSpan.FromSeconds(2), way.FirstPatience);
        Assert.Equal(TimeSpan.FromSeconds(0.25), way.OnLost(wasHeard: false, now: 9).Pause);
        Assert.Equal(TimeSpan.FromSeconds(4), way.FirstPatience);
    }
}
