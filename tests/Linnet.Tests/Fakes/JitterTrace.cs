using Linnet.Receive;

namespace Linnet.Tests.Fakes;

/// <summary>Arrivals from a perfect sender over imperfect networks: seeded, at least ten minutes each.</summary>
internal static class JitterTrace
{
    public const int ClockRate = 8000;

    private const double Millisecond = TimeSpan.TicksPerMillisecond;

    public static IReadOnlyList<string> Names { get; } = ["wifi", "bursty", "step"];

    /// <summary>The trace with this name.</summary>
    public static Arrival[] Of(string name, double packetMs, double minutes = 10, int seed = 1)
    {
        var random = new Random(seed);
        return Arrivals(packetMs, minutes, name switch
        {
            "wifi" => Wifi(random),
            "bursty" => Bursty(random),
            "step" => Step(random),
            _ => throw new ArgumentException($"There is no trace {name}.", nameof(name)),
        });
    }

    /// <summary>Arrivals whose delay in milliseconds is a function of the time in seconds; the network keeps their order.</summary>
    public static Arrival[] Arrivals(double packetMs, double minutes, Func<double, double> delayMs)
    {
        int frames = (int)(packetMs * ClockRate / 1000);
        var arrivals = new Arrival[(int)(minutes * 60_000 / packetMs)];
        long before = 0;
        for (int i = 0; i < arrivals.Length; i++)
        {
            double sentAt = i * packetMs;
            long at = (long)((sentAt + delayMs(sentAt / 1000)) * Millisecond);
            arrivals[i] = new Arrival((ushort)i, (uint)(i * frames), before = Math.Max(before, at));
        }

        return arrivals;
    }

    // Calm, then other stations on the channel: the more there are, the longer the wait; and now and then the radio scans other channels.
    private static Func<double, double> Wifi(Random random)
    {
        double phaseEnds = 0, severity = 0, stallEnds = 0, nextStall = 0;
        return now =>
        {
            if (now >= phaseEnds)
            {
                severity = random.NextDouble() < 0.5 ? 0.5 : Math.Exp((random.NextDouble() * 4) + 0.5);
                phaseEnds = now + 15 + (random.NextDouble() * 45);
                nextStall = now + Exponential(random, 1.5);
            }

            if (now >= nextStall)
            {
                stallEnds = now + (severity * (2 + Exponential(random, 6)) / 1000);
                nextStall = stallEnds + Exponential(random, 1.5);
            }

            return 3 + Exponential(random, 0.3 * severity) + Math.Max(0, (stallEnds - now) * 1000);
        };
    }

    // A queue on the path that other transfers fill in bursts: it grows faster than it drains, and packets wait behind its contents.
    private static Func<double, double> Bursty(Random random)
    {
        double trainEnds = 0, depth = 0, next = 0, queue = 0, before = 0, burstEnds = 0;
        return now =>
        {
            if (now >= trainEnds)
            {
                depth = random.NextDouble() < 0.4 ? 0 : 20 * Math.Exp(random.NextDouble() * 4);
                trainEnds = now + 20 + (random.NextDouble() * 40);
                next = now;
            }

            if (now >= next)
            {
                burstEnds = now + 0.1 + Exponential(random, 0.1);
                next = burstEnds + 0.5 + Exponential(random, 1);
            }

            double step = now - before;
            before = now;
            queue = now < burstEnds ? Math.Min(depth, queue + (depth * step * 8)) : Math.Max(0, queue - (depth * step * 3));
            return 10 + queue + Exponential(random, 0.5);
        };
    }

    // The route changes now and then; some routes have much jitter.
    private static Func<double, double> Step(Random random)
    {
        double ends = 0, delay = 0, jitter = 0;
        return now =>
        {
            if (now >= ends)
            {
                delay = 5 * Math.Exp(random.NextDouble() * 4.5);
                jitter = random.NextDouble() < 0.5 ? 1 : 4 * Math.Exp(random.NextDouble() * 5.3);
                ends = now + 25 + (random.NextDouble() * 35);
            }

            return delay + (random.NextDouble() * jitter);
        };
    }

    private static double Exponential(Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());
}
