using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Linnet;

/// <summary>
/// Collects the problems of options, a line for each rule. Limits that have a unit are written as users see them, such as <c>100 ms</c>;
/// <see cref="Quantity"/> reads them, so that what is checked is what the message says.
/// </summary>
/// <remarks>
/// A message names the setting by the expression of its value, unless a name is given. A limit that cannot be read is a fault of this
/// library, and throws.
/// </remarks>
internal sealed class ProblemList : IEnumerable<string>
{
    private readonly List<string> _problems = [];

    /// <summary>
    /// Adds a problem if a number is outside its limits, both inclusive. The unit follows them in the message: <c>bits per second</c>.
    /// </summary>
    public ProblemList Between(
        long value, long low, long high, string unit = "", [CallerArgumentExpression(nameof(value))] string name = "")
    {
        string shown = string.Create(CultureInfo.InvariantCulture, $"{low} and {high}");
        return Between(value, value >= low && value <= high, unit.Length == 0 ? shown : $"{shown} {unit}", name);
    }

    /// <summary>The same for limits with a unit of size, such as <c>4 KiB</c>, or with separators, such as <c>1,000,000</c>.</summary>
    public ProblemList Between(long value, string low, string high, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Between(value, value >= Read(low, Quantity.Bytes) && value <= Read(high, Quantity.Bytes), $"{low} and {high}", name);

    /// <summary>The same for a time. A limit without a unit is in seconds.</summary>
    public ProblemList Between(TimeSpan value, string low, string high, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        double seconds = value.TotalSeconds;
        bool holds = seconds >= Read(low, Quantity.Seconds) && seconds <= Read(high, Quantity.Seconds);
        return Between(value, holds, $"{low} and {high}", name);
    }

    /// <summary>Adds a problem unless a rule holds.</summary>
    public ProblemList Require(bool holds, FormattableString problem)
    {
        if (!holds)
        {
            _problems.Add(problem.ToString(CultureInfo.InvariantCulture));
        }

        return this;
    }

    /// <summary>Adds the problems of other options.</summary>
    public ProblemList Include(IEnumerable<string>? problems)
    {
        _problems.AddRange(problems ?? []);
        return this;
    }

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => _problems.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static double Read(string limit, Quantity unit) =>
        unit.TryRead(limit.Replace(",", "", StringComparison.Ordinal), out double value)
            ? value
            : throw new FormatException($"The limit '{limit}' cannot be read.");

    private ProblemList Between<T>(T value, bool holds, string limits, string name) =>
        Require(holds, $"{name} is {value}; it must be between {limits}.");
}
