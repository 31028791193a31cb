namespace Linnet.Tests;

public class QuantityTests
{
    private static readonly Quantity[] Units =
    [
        Quantity.Milliseconds, Quantity.Seconds, Quantity.KilobitsPerSecond, Quantity.BitsPerSecond, Quantity.Mebibytes, Quantity.Bytes,
        Quantity.Percent,
    ];

    public static TheoryData<string, string, double> Written => new()
    {
        { "ms", "5", 5 },
        { "ms", "5ms", 5 },
        { "ms", " 5 ms ", 5 },
        { "ms", "0.005s", 5 },
        { "ms", "250us", 0.25 },
        { "ms", "250µs", 0.25 },
        { "s", "10", 10 },
        { "s", "10S", 10 },
        { "s", "1500ms", 1.5 },
        { "s", "2min", 120 },
        { "s", "2m", 120 },
        { "s", "1h", 3600 },
        { "s", ".5", 0.5 },
        { "s", "5.", 5 },
        { "kb/s", "128", 128 },
        { "kb/s", "128k", 128 },
        { "kb/s", "128 kb/s", 128 },
        { "kb/s", "128kbps", 128 },
        { "kb/s", "1.5M", 1500 },
        { "b/s", "64000", 64_000 },
        { "b/s", "256k", 256_000 },
        { "MiB", "256", 256 },
        { "MiB", "256M", 256 },
        { "MiB", "256MiB", 256 },
        { "MiB", "1G", 1024 },
        { "bytes", "16k", 16_384 },
        { "bytes", "16kB", 16_000 },
        { "%", "65", 65 },
        { "%", "65%", 65 },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void A_number_is_read_bare_or_with_a_unit(string unit, string text, double value)
    {
        Quantity quantity = Assert.Single(Units, quantity => quantity.Unit == unit);

        Assert.True(quantity.TryRead(text, out double read));
        Assert.Equal(value, read, precision: 9);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ms")]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("+5")]
    [InlineData("1e3")]
    [InlineData("0,5")]
    [InlineData("5 6")]
    [InlineData("5km")]
    [InlineData("5%")]
    [InlineData("NaN")]
    [InlineData("∞")]
    [InlineData("٣")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("0.00000000000000000000000000000000000000000000001")]
    public void What_is_no_quantity_is_refused(string? text) => Assert.False(Quantity.Milliseconds.TryRead(text, out _));
}
