using System.Globalization;
using System.Text;
using CsCheck;
using Linnet.Tests.Wire;
using Linnet.Transports.Impairments;

namespace Linnet.Tests.Transports.Impairments;

public class ImpairmentTextTests
{
    [Fact]
    public void The_example_of_the_documentation_is_parsed_correctly()
    {
        ImpairmentOptions options =
            Read("loss=10%,burst=60ms,delay=20ms,jitter=10ms,reorder=1%,duplicate=1%,corrupt=0.1%,rate=256k,seed=7");

        Assert.Equal(
            new ImpairmentOptions
            {
                Loss = 0.1,
                Burst = TimeSpan.FromMilliseconds(60),
                Delay = TimeSpan.FromMilliseconds(20),
                Jitter = TimeSpan.FromMilliseconds(10),
                Reorder = 0.01,
                Duplicate = 0.01,
                Corrupt = 0.001,
                Rate = 256_000,
                Seed = 7,
            },
            options);
        Assert.Empty(options.Problems());
    }

    [Theory]
    [InlineData("delay=0.5s", 500)]
    [InlineData("delay=250us", 0.25)]
    [InlineData("delay=10s", 10_000)]
    [InlineData("delay=20", 20)]
    [InlineData(" delay = .5ms ", 0.5)]
    public void Times_may_have_a_unit(string text, double ms) => Assert.Equal(TimeSpan.FromMilliseconds(ms), Read(text).Delay);

    [Theory]
    [InlineData("rate=64000", 64_000)]
    [InlineData("rate=1.5M", 1_500_000)]
    [InlineData("rate=10G", 1e10)]
    public void Rates_may_have_a_unit(string text, double rate) => Assert.Equal(rate, Read(text).Rate);

    [Theory]
    [InlineData("", "'' is not an impairment")]
    [InlineData("loss", "'loss' is not an impairment")]
    [InlineData("=5%", "'=5%' is not an impairment")]
    [InlineData("loss=5%,", "'' is not an impairment")]
    [InlineData("lost=5%", "There is no impairment 'lost'; use one of loss, burst, delay")]
    [InlineData("loss=5%,loss=6%", "'loss' is given twice")]
    [InlineData("loss=5", "'5' is not a valid value for loss: use 0% to 100%.")]
    [InlineData("loss=101%", "'101%' is not a valid value for loss")]
    [InlineData("loss=-1%", "'-1%' is not a valid value for loss")]
    [InlineData("loss=1e1%", "'1e1%' is not a valid value for loss")]
    [InlineData("loss=NaN%", "'NaN%' is not a valid value for loss")]
    [InlineData("reorder=51%", "use 0% to 50%.")]
    [InlineData("delay=20x",
        "'20x' is not a valid value for delay: use a time from 0s to 10s, such as 20ms, 0.5s or 20 (milliseconds).")]
    [InlineData("delay=11s", "'11s' is not a valid value for delay")]
    [InlineData("burst=0ms", "'0ms' is not a valid value for burst: use a time from 1ms to 10s")]
    [InlineData("burst=60ms", "burst requires a loss")]
    [InlineData("loss=100%,burst=60ms", "burst requires a loss between 0% and 100%")]
    [InlineData("rate=100", "use bits per second from 8k to 10G, such as 256k, 1.5M or 64000.")]
    [InlineData("seed=1.5", "'1.5' is not a valid value for seed: use a whole number")]
    [InlineData("seed=99999999999", "is not a valid value for seed")]
    [InlineData("order=any", "'any' is not a valid value for order: use kept or loose.")]
    [InlineData("corrupt=60%,duplicate=60%", "together must not exceed 100%")]
    [InlineData("reorder-by=30ms", "such as reorder=1%,reorder-by=30ms.")]
    public void An_error_says_what_is_wrong_and_what_is_allowed(string text, string said)
    {
        Assert.False(ImpairmentOptions.TryParse(text, out ImpairmentOptions? options, out string? problem));
        Assert.Null(options);
        Assert.Contains(said, problem, StringComparison.Ordinal);
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Written_options_are_read_back()
    {
        Gen<TimeSpan> time = Gen.Int[0, 100_000].Select(n => TimeSpan.FromMicroseconds(n * 10.0));
        Gen<double> share = Gen.Int[0, 5000].Select(n => n / 10_000.0);
        Gen<ImpairmentOptions> any = Gen.Select(share, time, time, share, Gen.Bool, Gen.Int[0, int.MaxValue], Gen.Int[80, 100_000]).Select(
            (loss, delay, other, part, isLoose, seed, rate) => new ImpairmentOptions
            {
                Loss = loss,
                Burst = loss > 0 && other.TotalMilliseconds >= 1 ? other : default,
                Delay = delay,
                Jitter = other,
                IsOrderLoose = isLoose,
                Reorder = part,
                ReorderDelay = part > 0 && delay.TotalMilliseconds >= 1 ? delay : default,
                Duplicate = part,
                Corrupt = loss,
                Rate = isLoose ? 0 : rate * 100,
                Seed = seed,
            });

        any.Sample(options =>
        {
            Assert.Empty(options.Problems());
            Assert.Equal(options, Read(options.ToString()));
        }, iter: 2000);
    }

    [Fact]
    public void Options_set_in_code_report_their_problems()
    {
        var options =
            new ImpairmentOptions
            {
                Loss = double.NaN,
                Delay = TimeSpan.FromSeconds(-1),
                Rate = 5,
                Seed = -1,
                Queue = TimeSpan.FromMinutes(1)
            };

        Assert.Equal(5, options.Problems().Count());
        Assert.Throws<ArgumentException>(() => new Impairment(options, 1000));
    }

    [Fact]
    public void Noise_is_read_or_refused_with_a_sentence()
    {
        var noise = new Noise(12);
        byte[][] samples =
            [.. ((string[])["loss=10%,burst=60ms,delay=20ms", "jitter=10ms,order=loose,reorder=1%,reorder-by=30ms",
                "rate=256k,queue=1s,seed=7"]).Select(Encoding.ASCII.GetBytes)];
        int read = 0;
        for (int i = 0; i < 50_000; i++)
        {
            string text = Encoding.Latin1.GetString(noise.Mutation(samples));
            if (ImpairmentOptions.TryParse(text, out ImpairmentOptions? options, out string? problem))
            {
                read++;
                Assert.Empty(options.Problems());
            }
            else
            {
                Assert.InRange(problem.Length, 20, 400);
            }
        }

        Assert.InRange(read, 1000, 49_000);
    }

    [Fact]
    public void Numbers_are_written_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        other.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = other;
        try
        {
            Assert.Equal("corrupt=0.1%,seed=1", Read("corrupt=0.1%").ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static ImpairmentOptions Read(string text)
    {
        Assert.True(ImpairmentOptions.TryParse(text, out ImpairmentOptions? options, out string? problem), problem);
        return options;
    }
}
