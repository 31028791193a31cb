using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Linnet.Transports.Impairments;

/// <summary>The text form of <see cref="ImpairmentOptions"/>, and the range of each value.</summary>
internal static class ImpairmentText
{
    // More than there are names, so that a duplicate or unknown name is reported as such.
    private const int MaxParts = 20;

    private static readonly Part[] Parts =
    [
        new("loss", Share(1), o => o.Loss, (o, v) => o with { Loss = v }),
        new("burst", Time(1, 10_000), o => o.Burst.TotalSeconds, (o, v) => o with { Burst = Exactly(v) }),
        new("delay", Time(0, 10_000), o => o.Delay.TotalSeconds, (o, v) => o with { Delay = Exactly(v) }),
        new("jitter", Time(0, 1000), o => o.Jitter.TotalSeconds, (o, v) => o with { Jitter = Exactly(v) }),
        new("order", new Order(), o => o.IsOrderLoose ? 1 : 0, (o, v) => o with { IsOrderLoose = v != 0 }),
        new("reorder", Share(0.5), o => o.Reorder, (o, v) => o with { Reorder = v }),
        new("reorder-by", Time(1, 10_000), o => o.ReorderDelay.TotalSeconds, (o, v) => o with { ReorderDelay = Exactly(v) }),
        new("duplicate", Share(1), o => o.Duplicate, (o, v) => o with { Duplicate = v }),
        new("corrupt", Share(1), o => o.Corrupt, (o, v) => o with { Corrupt = v }),
        new("rate", new Rate(), o => o.Rate, (o, v) => o with { Rate = v }),
        new("queue", Time(1, 10_000), o => o.Queue.TotalSeconds, (o, v) => o with { Queue = Exactly(v) }),
        new("seed", new Whole(), o => o.Seed, (o, v) => o with { Seed = (int)v }),
    ];

    private static readonly ImpairmentOptions Default = new();

    internal static bool TryRead(string text, [NotNullWhen(true)] out ImpairmentOptions? options, [NotNullWhen(false)] out string? problem)
    {
        options = null;
        var read = new ImpairmentOptions();
        var seen = new HashSet<string>();
        foreach (string part in text.Split(',', MaxParts, StringSplitOptions.TrimEntries))
        {
            int at = part.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
            {
                problem = $"'{Shown(part)}' is not an impairment: write NAME=VALUE, separated by commas, such as "
                    + "loss=10%,burst=60ms,delay=20ms.";
                return false;
            }

            (string name, string value) = (part[..at].TrimEnd(), part[(at + 1)..].TrimStart());
            if (Array.Find(Parts, p => p.Name == name) is not { } known)
            {
                problem = $"There is no impairment '{Shown(name)}'; use one of {string.Join(", ", Parts.Select(static p => p.Name))}.";
                return false;
            }

            if (!seen.Add(name))
            {
                problem = $"'{name}' is given twice; give each impairment once.";
                return false;
            }

            if (!known.Kind.TryRead(value, out double number) || !known.Kind.Holds(number))
            {
                problem = $"'{Shown(value)}' is not a valid value for {name}: use {known.Kind.Takes}.";
                return false;
            }

            read = known.Set(read, number);
        }

        problem = Conflicts(read).FirstOrDefault();
        options = problem is null ? read : null;
        return problem is null;
    }

    internal static string Write(ImpairmentOptions options) => string.Join(',', Parts
        .Where(part => part.Name == "seed" || part.Get(options) != part.Get(Default))
        .Select(part => $"{part.Name}={part.Kind.Write(part.Get(options))}"));

    internal static IEnumerable<string> Problems(ImpairmentOptions options) => Parts
        .Where(part => part.Get(options) != part.Get(Default) && !part.Kind.Holds(part.Get(options)))
        .Select(part => $"{part.Name} is {part.Kind.Write(part.Get(options))}; use {part.Kind.Takes}.")
        .Concat(Conflicts(options));

    private static IEnumerable<string> Conflicts(ImpairmentOptions options)
    {
        if (options.Burst > TimeSpan.Zero && options.Loss is not (> 0 and < 1))
        {
            yield return "burst requires a loss between 0% and 100%, such as loss=10%,burst=60ms.";
        }

        if (options.Corrupt + options.Duplicate > 1)
        {
            yield return "corrupt and duplicate together must not exceed 100%, because they are shares of the same datagrams.";
        }

        if (options.ReorderDelay > TimeSpan.Zero && options.Reorder == 0)
        {
            yield return "reorder-by requires reorder, the share of datagrams to hold back, such as "
                + "reorder=1%,reorder-by=30ms.";
        }
    }

    // TimeSpan's own conversion would truncate.
    private static TimeSpan Exactly(double seconds) => TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));

    // User input may be long.
    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static Percentage Share(double most) => new(0, most);

    private static Span Time(double leastMs, double mostMs) => new(leastMs / 1000, mostMs / 1000);

    private sealed record Part(
        string Name, Kind Kind, Func<ImpairmentOptions, double> Get, Func<ImpairmentOptions, double, ImpairmentOptions> Set);

    /// <summary>A kind of value: its text form and its range.</summary>
    private abstract record Kind(double Least, double Most)
    {
        // Larger than any allowed value, and far within the range of decimal.
        private const decimal MostWritten = 1e15m;

        internal abstract string Takes { get; }

        internal bool Holds(double value) => value >= Least && value <= Most;

        internal abstract bool TryRead(string text, out double value);

        internal abstract string Write(double value);

        // Accepts digits and a point: no signs, no exponents, no infinities.
        protected static bool TryNumber(string text, string unit, decimal scale, out double value)
        {
            value = 0;
            if (!text.EndsWith(unit, StringComparison.Ordinal)
                || !decimal.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture, out decimal number)
                || number > MostWritten)
            {
                return false;
            }

            value = (double)(number * scale);
            return true;
        }

        // Uses the fewest digits that parse back to the same value.
        protected static string Number(double value, string unit) =>
            Math.Round(value, 9).ToString("0.#########", CultureInfo.InvariantCulture) + unit;
    }

    private sealed record Percentage(double Least, double Most) : Kind(Least, Most)
    {
        internal override string Takes => $"{Write(Least)} to {Write(Most)}";

        internal override bool TryRead(string text, out double value) => TryNumber(text, "%", 0.01m, out value);

        internal override string Write(double value) => Number(value * 100, "%");
    }

    private sealed record Span(double Least, double Most) : Kind(Least, Most)
    {
        internal override string Takes =>
            $"a time from {Write(Least)} to {Write(Most)}, such as 20ms, 0.5s or 20 (milliseconds)";

        internal override bool TryRead(string text, out double value)
        {
            bool isTime = Quantity.Milliseconds.TryRead(text, out double ms);
            value = ms / 1000;
            return isTime;
        }

        internal override string Write(double value) => value is 0 or >= 1 ? Number(value, "s") : Number(value * 1000, "ms");
    }

    private sealed record Rate() : Kind(8000, 1e10)
    {
        internal override string Takes => "bits per second from 8k to 10G, such as 256k, 1.5M or 64000";

        internal override bool TryRead(string text, out double value) => Quantity.BitsPerSecond.TryRead(text, out value);

        internal override string Write(double value) => Number(value / 1e3, "k");
    }

    private sealed record Whole() : Kind(0, int.MaxValue)
    {
        internal override string Takes => "a whole number from 0 to 2147483647";

        internal override bool TryRead(string text, out double value) => TryNumber(text, "", 1, out value) && value == Math.Floor(value);

        internal override string Write(double value) => Number(value, "");
    }

    private sealed record Order() : Kind(0, 1)
    {
        internal override string Takes => "kept or loose";

        internal override bool TryRead(string text, out double value)
        {
            value = text == "loose" ? 1 : 0;
            return text is "loose" or "kept";
        }

        internal override string Write(double value) => value == 0 ? "kept" : "loose";
    }
}
