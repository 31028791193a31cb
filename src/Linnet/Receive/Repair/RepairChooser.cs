using Linnet.Wire.Rtp;

namespace Linnet.Receive.Repair;

/// <summary>Measurements of a path that the choice of repair depends on.</summary>
/// <param name="CanAsk">Whether the sender retransmits packets on request.</param>
/// <param name="CanCopy">Whether the sender sends copies on request.</param>
/// <param name="Loss">The share of packets lost.</param>
/// <param name="Burst">The mean length of the burst that a lost packet belongs to, in packets.</param>
/// <param name="PacketTime">The duration of a packet.</param>
/// <param name="RoundTrip">The round trip to the sender; <see langword="null"/> if not known yet.</param>
/// <param name="Buffer">How much later than the fastest a packet may arrive and still be played.</param>
/// <param name="Slack">How late packets arrive that are not lost.</param>
/// <param name="Most">The longest delay that the buffer may grow to.</param>
/// <param name="Least">The buffer's delay while nothing requires more.</param>
internal readonly record struct PathState(
    bool CanAsk, bool CanCopy, double Loss, double Burst, TimeSpan PacketTime, TimeSpan? RoundTrip, TimeSpan Buffer, TimeSpan Slack,
    TimeSpan Most = default, TimeSpan Least = default);

/// <summary>A decision about repair, and the measurements behind it.</summary>
/// <param name="Path">The measurements.</param>
/// <param name="Mode">The kind of repair.</param>
/// <param name="Copies">The copies to request, or <see langword="null"/>.</param>
/// <param name="Tries">How often a packet can be requested before it is too late.</param>
/// <param name="IsBanned">Whether copies recently increased the loss.</param>
/// <param name="Wait">The buffer's delay that this needs; zero if it need not grow.</param>
internal readonly record struct RepairVerdict(
    PathState Path, RepairMode Mode, Redundancy? Copies, int Tries, bool IsBanned, TimeSpan Wait = default);

/// <summary>
/// Chooses the repair that leaves the least damage: retransmission if there is time for it, otherwise copies, or both.
/// </summary>
/// <remarks>
/// Copies triple the stream, so they must be worth it. They start at a loss of <see cref="Noticeable"/>, and stop after half a minute
/// with less than half of that. If the loss increases much soon after they started, the copies themselves overload the path; they are
/// then stopped for a minute.
/// </remarks>
internal sealed class RepairChooser(long ticksPerSecond)
{
    /// <summary>The loss above which repair may cost something.</summary>
    internal const double Noticeable = 0.002;

    // Remaining damage that does not justify copies.
    private const double Acceptable = 0.0005;

    // One copy is enough if it leaves no more than this.
    private const double Inaudible = 0.0005;

    // The buffer does not grow for more tries than this, nor for a gain of a millisecond.
    private const int MostTriesWaitedFor = 4;
    private const int WaitStepMs = 10;

    private const double GiveUpSeconds = 30;
    private const double ProbationSeconds = 8;
    private const double BanSeconds = 60;

    private Redundancy? _current;
    private long _currentSince;
    private double _lossBefore;
    private long _calmSince = long.MaxValue;
    private long _bannedUntil = long.MinValue;
    private TimeSpan _wait;

    /// <summary>Makes a new decision. Allocates nothing.</summary>
    internal RepairVerdict Choose(in PathState path, long now)
    {
        if (!path.CanAsk && !path.CanCopy)
        {
            return default;
        }

        Observe(path, now);
        int tries = TriesOf(path);
        double afterTries = path.CanAsk && tries > 0 ? AfterTries(path, tries) : path.Loss;
        Redundancy? copies = now < _bannedUntil ? null : CopiesFor(path, afterTries, now);
        if (copies != _current)
        {
            _currentSince = now;
            _lossBefore = _current is null ? path.Loss : _lossBefore;
            _current = copies;
        }

        _wait = WaitFor(path, now);
        bool asks = path.CanAsk && tries > 0;
        RepairMode mode = asks ? copies is null ? RepairMode.Retransmission : RepairMode.Both
            : copies is null ? RepairMode.None : RepairMode.Redundancy;
        return new RepairVerdict(path, mode, copies, tries, IsBanned: now < _bannedUntil, _wait);
    }

    /// <summary>The estimated share of packets still missing after the repair.</summary>
    internal static double MissingAfter(in RepairVerdict verdict)
    {
        double left =
            verdict.Mode is RepairMode.Retransmission or RepairMode.Both ? AfterTries(verdict.Path, verdict.Tries) : verdict.Path.Loss;
        return verdict.Copies is Redundancy copies ? Math.Min(left, AfterCopies(verdict.Path, copies)) : left;
    }

    private void Observe(in PathState path, long now)
    {
        _calmSince = path.Loss >= Noticeable / 2 ? long.MaxValue : Math.Min(_calmSince, now);
        if (_current is not null && now - _currentSince < ProbationSeconds * ticksPerSecond && path.Loss > (2 * _lossBefore) + 0.05)
        {
            _bannedUntil = now + (long)(BanSeconds * ticksPerSecond);
        }
    }

    private Redundancy? CopiesFor(in PathState path, double afterTries, long now)
    {
        if (!path.CanCopy || IsCalm(now) || (_current is null && path.Loss < Noticeable))
        {
            return null;
        }

        Redundancy? best = null;
        for (int count = 1; count <= Redundancy.MaxCopies; count++)
        {
            if (Widest(path, count) is Redundancy widest)
            {
                best = best is Redundancy fewer && AfterCopies(path, fewer) <= Inaudible ? best : widest;
            }
        }

        // If there is time for retransmission, copies must be clearly better than retransmission alone.
        bool asks = path.CanAsk && afterTries < path.Loss;
        double enough = asks ? Math.Max(_current is null ? Acceptable : Acceptable / 2, 0) : 0;
        bool isWorth = best is Redundancy b && afterTries > enough && (!asks || AfterCopies(path, b) < afterTries / 2);
        return !isWorth ? null : Keeps(path, best!.Value) ? _current : best;
    }

    private bool IsCalm(long now) => now - _calmSince > GiveUpSeconds * ticksPerSecond && _calmSince != long.MaxValue;

    // A stream without copies can only be repaired by retransmission, so the buffer waits for the answers, as far as it may. Otherwise
    // it grows by one packet if that makes an answer, or two copies, arrive in time.
    private TimeSpan WaitFor(in PathState path, long now)
    {
        if (IsCalm(now) || (_wait == default && path.Loss < Noticeable))
        {
            return default;
        }

        TimeSpan deeper = path.Least + path.PacketTime;
        TimeSpan most = path.CanCopy && deeper < path.Most ? deeper : path.Most;
        TimeSpan wait = WaitForAnswers(path, most, out bool isEnough);
        if (path.CanCopy && !isEnough)
        {
            TimeSpan copies = TimeFor(path, new Redundancy(Redundancy.MaxCopies, Redundancy.SpacingsMs[0]));
            wait = copies > wait && copies <= most ? copies : wait;
        }

        // Round up to steps, and do not alternate between two of them.
        wait = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds / WaitStepMs) * WaitStepMs);
        wait = wait < most ? wait : most;
        return wait < _wait && _wait - wait <= TimeSpan.FromMilliseconds(2 * WaitStepMs) ? _wait : wait;
    }

    private static TimeSpan WaitForAnswers(in PathState path, TimeSpan most, out bool isEnough)
    {
        TimeSpan wait = default;
        isEnough = false;
        for (int tries = 1; path.CanAsk && path.RoundTrip is not null && !isEnough && tries <= MostTriesWaitedFor
            && TimeFor(path, tries) <= most; tries++)
        {
            wait = TimeFor(path, tries);
            isEnough = AfterTries(path with { Buffer = wait }, tries) <= Inaudible;
        }

        return wait;
    }

    // Do not alternate between one copy and two: it costs bandwidth, even if it is inaudible.
    private bool Keeps(in PathState path, Redundancy best) =>
        _current is Redundancy current && current.SpacingMs == best.SpacingMs && current.Copies > best.Copies && Fits(path, current);

    private static Redundancy? Widest(in PathState path, int count)
    {
        Redundancy? widest = null;
        foreach (int spacing in Redundancy.SpacingsMs)
        {
            var redundancy = new Redundancy(count, spacing);
            widest = Fits(path, redundancy) ? redundancy : widest;
        }

        return widest;
    }

    private static bool Fits(in PathState path, Redundancy redundancy) => TimeFor(path, redundancy) <= path.Buffer;

    private static TimeSpan TimeFor(in PathState path, Redundancy redundancy) =>
        redundancy.SpacingIn(path.PacketTime) * redundancy.Copies * path.PacketTime + path.Slack;

    // The first request is sent when the next packet arrives; each further one when the answer is overdue.
    private static int TriesOf(in PathState path)
    {
        TimeSpan left = path.Buffer - TimeFor(path, 1);
        return left < TimeSpan.Zero ? 0 : 1 + (int)Math.Min(1000, left / AnswerTime(path));
    }

    private static TimeSpan TimeFor(in PathState path, int tries) =>
        path.PacketTime + path.Slack + RoundTrip(path) + ((tries - 1) * AnswerTime(path));

    private static TimeSpan AnswerTime(in PathState path) => RoundTrip(path) + path.Slack + TimeSpan.FromMilliseconds(1);

    private static TimeSpan RoundTrip(in PathState path) => path.RoundTrip ?? path.Buffer / 2;

    // Requests and answers are lost like packets, and no answer gets through a burst.
    private static double AfterTries(in PathState path, int tries)
    {
        double fails = 1 - Math.Pow(1 - path.Loss, 2);
        double random = path.Loss * Math.Pow(fails, tries);
        return Math.Max(random, path.Loss * Survival(path, path.Buffer - RoundTrip(path)));
    }

    // The chance that a copy is lost too. The closer it is, the more likely it shares the packet's fate.
    private static double AfterCopies(in PathState path, Redundancy redundancy)
    {
        double again = path.Loss
            + ((1 - path.Loss) * Survival(path, TimeSpan.FromMilliseconds(redundancy.SpacingMs) / (1 - Math.Min(path.Loss, 0.9))));
        return path.Loss * Math.Pow(again, redundancy.Copies);
    }

    // How likely a burst lasts that long: zero for random losses, whose bursts are short.
    private static double Survival(in PathState path, TimeSpan time)
    {
        double random = (1 + path.Loss) / Math.Max(1 - path.Loss, 0.1);
        if (path.Burst < 1.5 * random)
        {
            return 0;
        }

        // Weighted by their length, bursts appear twice as long as their mean.
        TimeSpan mean = path.PacketTime * path.Burst / 2;
        return Math.Exp(-(time / mean));
    }
}
