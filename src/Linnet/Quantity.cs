using System.Globalization;

namespace Linnet;

/// <summary>
/// Parses numbers with units as people write them: <c>20ms</c>, <c>0.5 s</c>, <c>256k</c>, <c>64MiB</c>, <c>50%</c>. A number without a
/// unit is in the default unit.
/// </summary>
internal sealed class Quantity
{
    // Above every option's maximum, and well within a decimal.
    private const decimal MostWritten = 1e15m;

    // Text from a user may be long.
    private const int MostLength = 40;

    private static readonly (string Name, decimal Scale)[] Times =
    [
        ("us", 1e-6m), ("µs", 1e-6m), ("ms", 1e-3m), ("s", 1), ("sec", 1), ("m", 60), ("min", 60), ("h", 3600),
    ];

    private static readonly (string Name, decimal Scale)[] Rates =
    [
        ("b/s", 1), ("bps", 1), ("k", 1e3m), ("kb/s", 1e3m), ("kbps", 1e3m), ("kbit/s", 1e3m),
        ("M", 1e6m), ("Mb/s", 1e6m), ("Mbps", 1e6m), ("Mbit/s", 1e6m), ("G", 1e9m), ("Gb/s", 1e9m), ("Gbps", 1e9m),
    ];

    private static readonly (string Name, decimal Scale)[] Sizes =
    [
        ("B", 1), ("k", 1L << 10), ("KiB", 1L << 10), ("kB", 1e3m), ("M", 1L << 20), ("MiB", 1L << 20), ("MB", 1e6m),
        ("G", 1L << 30), ("GiB", 1L << 30), ("GB", 1e9m),
    ];

    private readonly (string Name, decimal Scale)[] _units;
    private readonly decimal _usual;

    private Quantity(string unit, string example, (string Name, decimal Scale)[] units, decimal usual)
    {
        Unit = unit;
        Example = example;
        _units = units;
        _usual = usual;
    }

    /// <summary>Times, in milliseconds.</summary>
    public static Quantity Milliseconds { get; } = new("ms", "20, 20ms or 0.02s", Times, 1e-3m);

    /// <summary>Times, in seconds.</summary>
    public static Quantity Seconds { get; } = new("s", "3, 3s or 3000ms", Times, 1);

    /// <summary>Bit rates, in thousands of bits per second.</summary>
    public static Quantity KilobitsPerSecond { get; } = new("kb/s", "96, 96k or 0.096M", Rates, 1e3m);

    /// <summary>Bit rates, in bits per second.</summary>
    public static Quantity BitsPerSecond { get; } = new("b/s", "256k, 1.5M or 64000", Rates, 1);

    /// <summary>Sizes, in bytes.</summary>
    public static Quantity Bytes { get; } = new("bytes", "16384 or 16k", Sizes, 1);

    /// <summary>Sizes, in 2^20 bytes.</summary>
    public static Quantity Mebibytes { get; } = new("MiB", "256, 256M or 1G", Sizes, 1L << 20);

    /// <summary>Shares, in percent.</summary>
    public static Quantity Percent { get; } = new("%", "50 or 50%", [("%", 1)], 1);

    /// <summary>The default unit.</summary>
    public string Unit { get; }

    /// <summary>An example of how to write a value.</summary>
    public string Example { get; }

    /// <summary>Parses a number, in the default unit.</summary>
    /// <param name="text">Digits and a decimal point, without sign or exponent; then optional spaces and a unit, in any case.</param>
    /// <param name="value">The number, in <see cref="Unit"/>.</param>
    public bool TryRead(string? text, out double value)
    {
        value = 0;
        ReadOnlySpan<char> written = text.AsSpan().Trim();
        int end = written.LastIndexOfAnyInRange('0', '9') + 1;
        end += end < written.Length && written[end] == '.' ? 1 : 0;
        if (written.Length > MostLength
            || !TryScale(written[end..].TrimStart(), out decimal scale)
            || !decimal.TryParse(written[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            || number > MostWritten)
        {
            return false;
        }

        value = (double)(number * scale / _usual);
        return true;
    }

    private bool TryScale(ReadOnlySpan<char> unit, out decimal scale)
    {
        scale = _usual;
        if (unit.IsEmpty)
        {
            return true;
        }

        foreach ((string name, decimal known) in _units)
        {
            // Case is ignored: "m" cannot mean milli, since there are no fractions of a bit.
            if (unit.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                scale = known;
                return true;
            }
        }

        return false;
    }
}
