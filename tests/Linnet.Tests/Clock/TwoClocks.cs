using Linnet.Clock;

namespace Linnet.Tests.Clock;

/// <summary>
/// Two simulated machines and the network between them, in microseconds of true time. Only sums and products, so that the numbers are the
/// same on every machine.
/// </summary>
internal sealed class TwoClocks(int seed)
{
    private readonly Random _random = new(seed);

    // What the clocks showed at the last change, and when that was.
    private double _since;
    private double _ours = 5_000_000_000;
    private double _theirs = 77_000;

    /// <summary>True time.</summary>
    public double Now { get; private set; }

    /// <summary>How much faster than true time our clock runs, in ppm.</summary>
    public double OurSkewPpm { get; private set; }

    /// <summary>The same of the other clock.</summary>
    public double TheirSkewPpm { get; private set; }

    /// <summary>The least delay of questions.</summary>
    public double Out { get; set; } = 150;

    /// <summary>The least delay of answers.</summary>
    public double Back { get; set; } = 150;

    /// <summary>The most that is added to a delay; most are delayed much less.</summary>
    public double Jitter { get; set; } = 2000;

    /// <summary>The step in which we can read our own clock.</summary>
    public double Resolution { get; set; } = 1;

    public long Ours => (long)(Math.Floor(OurTime / Resolution) * Resolution);

    public long Theirs => (long)Math.Floor(TheirTime);

    /// <summary>The other clock minus ours.</summary>
    public double Offset => TheirTime - OurTime;

    public double DriftPpm => (((1 + (TheirSkewPpm * 1e-6)) / (1 + (OurSkewPpm * 1e-6))) - 1) * 1e6;

    private double OurTime => _ours + ((Now - _since) * (1 + (OurSkewPpm * 1e-6)));

    private double TheirTime => _theirs + ((Now - _since) * (1 + (TheirSkewPpm * 1e-6)));

    public void Advance(double microseconds) => Now += microseconds;

    public void Skew(double ours, double theirs)
    {
        Settle();
        (OurSkewPpm, TheirSkewPpm) = (ours, theirs);
    }

    /// <summary>The other machine restarts with another zero.</summary>
    public void Restart(double theirs)
    {
        Settle();
        _theirs = theirs;
    }

    /// <summary>This machine sleeps, and its clock with it.</summary>
    public void Sleep(double microseconds)
    {
        Settle();
        Now += microseconds;
        _theirs += microseconds * (1 + (TheirSkewPpm * 1e-6));
        _since = Now;
    }

    public ClockExchange Exchange()
    {
        long sent = Ours;
        Advance(Delay(Out));
        long received = Theirs;
        Advance(20);
        long replied = Theirs;
        Advance(Delay(Back));
        return new ClockExchange(sent, received, replied, Ours);
    }

    public double Uniform() => _random.NextDouble();

    private double Delay(double least)
    {
        double share = Uniform();
        return least + (share * share * share * share * Jitter);
    }

    private void Settle() => (_ours, _theirs, _since) = (OurTime, TheirTime, Now);
}
