using Linnet.Cli.Commands;
using Linnet.Clock;

namespace Linnet.Cli.Configuration;

/// <summary>A station that is to run and does not yet: it is opened, and opened again later if that fails.</summary>
/// <param name="station">The station.</param>
/// <param name="signature">Differs if anything about the station does.</param>
/// <param name="time">The clock.</param>
internal sealed class StationOpening(ServedStation station, string signature, TimeProvider time)
{
    /// <summary>The wait before the first retry, and the longest.</summary>
    internal static readonly TimeSpan MinWait = TimeSpan.FromSeconds(1), MaxWait = TimeSpan.FromSeconds(60);

    private readonly Backoff _backoff = new(MinWait, MaxWait, new Random());
    private long _failedAt;
    private TimeSpan _wait;

    public ServedStation Station => station;

    public string Signature => signature;

    /// <summary>The attempt that runs or has just ended; <see langword="null"/>: the next one is still to come.</summary>
    public Task<OpenedStation>? Attempt { get; private set; }

    /// <summary>What is known to be wrong with it; <see langword="null"/>: nothing yet.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether it is time for the next attempt.</summary>
    public bool IsDue => Attempt is null && time.GetElapsedTime(_failedAt) >= _wait;

    /// <summary>Starts an attempt.</summary>
    public void Start(Func<ServedStation, OpenedStation> open) => Attempt = Task.Run(() => open(station));

    /// <summary>Takes note of a failure.</summary>
    /// <returns>Whether it is another one than before.</returns>
    public bool Fail(string problem)
    {
        (Attempt, _failedAt, _wait) = (null, time.GetTimestamp(), _backoff.Next());
        return Note(problem);
    }

    /// <summary>Takes note of a problem of the attempt that runs.</summary>
    /// <returns>Whether it is another one than before.</returns>
    public bool Note(string problem)
    {
        bool isNew = problem != Problem;
        Problem = problem;
        return isNew;
    }

    /// <summary>Gives the station up. What the attempt opens later is disposed.</summary>
    public void Abandon() => Attempt?.ContinueWith(
        static late => late.Result.DisposeAsync().AsTask(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion,
        TaskScheduler.Default);
}
