using Linnet.Receive;

namespace Linnet.Tests.Receive;

public class DriftControllerTests
{
    [Theory]
    [InlineData(100e-6)]
    [InlineData(-300e-6)]
    public void A_constant_drift_is_learned_and_leaves_no_error(double drift)
    {
        var controller = new DriftController();
        double error = 0;
        double largest = 0;
        for (int i = 0; i < 30_000; i++)
        {
            controller.Update(error, 0.01);
            error += (drift - controller.Correction) * 0.01;
            largest = Math.Max(largest, Math.Abs(error));
        }

        Assert.Equal(drift, controller.Drift, 1e-7);
        Assert.InRange(Math.Abs(error), 0, 1e-6);
        Assert.InRange(largest, 0, 8 * Math.Abs(drift));
    }

    [Fact]
    public void An_error_is_reduced_to_zero_with_little_overshoot_and_always_inaudibly()
    {
        var controller = new DriftController();
        double error = 0.03;
        double lowest = 0;
        for (int i = 0; i < 30_000; i++)
        {
            controller.Update(error, 0.01);
            Assert.InRange(controller.Correction, -0.001, 0.001);
            error -= controller.Correction * 0.01;
            lowest = Math.Min(lowest, error);
        }

        Assert.InRange(Math.Abs(error), 0, 1e-5);
        Assert.InRange(lowest, -0.003, 0);
    }

    [Fact]
    public void Noise_in_the_error_hardly_reaches_the_pitch()
    {
        var controller = new DriftController();
        var random = new Random(11);
        double sum = 0;
        for (int i = -15_000; i < 10_000; i++)
        {
            controller.Update((random.NextDouble() - 0.5) * 0.004, 0.01);
            sum += i < 0 ? 0 : controller.Correction * controller.Correction;
        }

        Assert.InRange(Math.Sqrt(sum / 10_000), 0, 15e-6);
    }
}
