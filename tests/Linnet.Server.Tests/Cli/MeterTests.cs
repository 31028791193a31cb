using Linnet.Cli.Panels;

namespace Linnet.Server.Tests.Cli;

public class MeterTests
{
    [Theory]
    [InlineData(-60, -60, "··········")]
    [InlineData(-30, -30, "█████·····")]
    [InlineData(-30, -10, "█████···│·")]
    [InlineData(-27, -60, "█████▌····")]
    [InlineData(0, 0, "██████████")]
    [InlineData(6, 6, "██████████")]
    public void A_bar_shows_the_level_and_the_held_peak(double level, double peak, string bar) =>
        Assert.Equal(bar, new PanelLine().AddMeter(new MeterLevel(level, peak), 10).Render(80, colours: false));

    [Fact]
    public void A_meter_rises_at_once_and_falls_steadily()
    {
        var ballistics = new Ballistics();

        Assert.Equal(-6, ballistics.Move(-6, TimeSpan.FromSeconds(1)).Level);
        Assert.Equal(-18, ballistics.Move(double.NegativeInfinity, TimeSpan.FromSeconds(1.5)).Level, 6);
        Assert.Equal(-10, ballistics.Move(-10, TimeSpan.FromSeconds(1.6)).Level);
        Assert.Equal(Ballistics.Floor, ballistics.Move(double.NegativeInfinity, TimeSpan.FromSeconds(9)).Level);
    }

    [Fact]
    public void A_peak_is_held_before_it_falls()
    {
        var ballistics = new Ballistics();
        ballistics.Move(-6, TimeSpan.FromSeconds(1));

        Assert.Equal(-6, ballistics.Move(-40, TimeSpan.FromSeconds(2.5)).Peak);
        Assert.Equal(-18, ballistics.Move(-40, TimeSpan.FromSeconds(3)).Peak, 6);
    }
}
