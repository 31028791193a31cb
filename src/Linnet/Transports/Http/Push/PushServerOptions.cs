namespace Linnet.Transports.Http.Push;

/// <summary>The password and the limits for pushing audio to stations.</summary>
public sealed record PushServerOptions : IValidatable
{
    /// <summary>The minimum length of a password, in characters.</summary>
    public const int MinPasswordLength = 4;

    /// <summary>
    /// The password for pushing. <see langword="null"/> or empty, the default: pushing is disabled. At least four characters.
    /// </summary>
    public string? Password { get; init; }

    /// <summary>Whether a new push replaces a running one, instead of being refused. Default <see langword="false"/>.</summary>
    public bool TakesOver { get; init; }

    /// <summary>
    /// The maximum bit rate of a push, averaged over 20 s; a faster push is ended. 8000 – 1,000,000,000 bit/s; default
    /// 20,000,000.
    /// </summary>
    public int MaxBitRate { get; init; } = 20_000_000;

    /// <summary>How long a push may send no bytes before it is ended. 1–600 s; default 10 s.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a push may be silent before it is ended and the fallback plays; zero, the default: unlimited. At most a day.
    /// </summary>
    public TimeSpan SilenceTime { get; init; }

    /// <summary>The most pushes at a time to all stations, including those being refused. 1 – 10,000; default 64.</summary>
    public int MaxPushes { get; init; } = 64;

    /// <summary>The averaging time of <see cref="MaxBitRate"/>: a client may send some seconds at once.</summary>
    internal static TimeSpan RateTime { get; } = TimeSpan.FromSeconds(20);

    /// <summary>How long bytes may arrive without audio. Longer than the longest Ogg page or WebM cluster in use.</summary>
    internal static TimeSpan SoundTime { get; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after its last audio a push is ended: it may first have sent nothing for <see cref="IdleTime"/>.</summary>
    internal TimeSpan MaxTimeWithoutSound => SoundTime + IdleTime;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Require(
            string.IsNullOrEmpty(Password) || Password.Length >= MinPasswordLength,
            $"The password for pushing must have at least {MinPasswordLength} characters.")
        .Between(MaxBitRate, 8000, 1_000_000_000, "bits per second")
        .Between(IdleTime, "1 s", "600 s")
        .Require(
            SilenceTime >= TimeSpan.Zero && SilenceTime.TotalDays <= 1,
            $"{nameof(SilenceTime)} is {SilenceTime}; it must be between 0 and a day.")
        .Between(MaxPushes, 1, 10_000);

    /// <summary>The options, without the password.</summary>
    public override string ToString() =>
        $"{nameof(PushServerOptions)} {{ Password = {(string.IsNullOrEmpty(Password) ? "none" : "***")} }}";
}
