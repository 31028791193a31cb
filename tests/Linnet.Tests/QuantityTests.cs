namespace Linnet.Tests;

public class QuantityTests
{
    public static TheoryData<Quantity, string, double> Written => new()
    {
        { Quantity.Milliseconds, "5", 5 },
        { Quantity.Milliseconds, "5ms", 5 },
        { Quantity.Milliseconds, " 5 ms ", 5 },
        { Quantity.Milliseconds, "0.005s", 5 },
        { Quantity.Milliseconds, "250us", 0.25 },
        { Quantity.Milliseconds, "250µs", 0.25 },
        { Quantity.Seconds, "10", 10 },
        { Quantity.Seconds, "10S", 10 },
        { Quantity.Seconds, "1500ms", 1.5 },
        { Quantity.Seconds, "2min", 120 },
        { Quantity.Seconds, "2m", 120 },
        { Quantity.Seconds, "1h", 3600 },
        { Quantity.Seconds, ".5", 0.5 },
        { Quantity.Seconds, "5.", 5 },
        { Quantity.KilobitsPerSecond, "128", 128 },
        { Quantity.KilobitsPerSecond, "128k", 128 },
        { Quantity.KilobitsPerSecond, "128 kb/s", 128 },
        { Quantity.KilobitsPerSecond, "128kbps", 128 },
        { Quantity.KilobitsPerSecond, "1.5M", 1500 },
        { Quantity.BitsPerSecond, "64000", 64_000 },
        { Quantity.BitsPerSecond, "256k", 256_000 },
        { Quantity.Mebibytes, "256", 256 },
        { Quantity.Mebibytes, "256M", 256 },
        { Quantity.Mebibytes, "256MiB", 256 },
        { Quantity.Mebibytes, "1G", 1024 },
        { Quantity.Bytes, "16k", 16_384 },
        { Quantity.Bytes, "16kB", 16_000 },
        { Quantity.Percent, "65", 65 },
        { Quantity.Percent, "65%", 65 },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void A_number_is_read_bare_or_with_a_unit(Quantity quantity, string text, double value)
    {
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
