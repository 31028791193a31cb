namespace Linnet.Receive;

/// <summary>Sets a receiver's delay and limits.</summary>
public sealed record ReceiverOptions : IValidatable
{
    /// <summary>
    /// The bounds of the delay between a packet's arrival and its playback, which follows the network. 1 ms – 10 s; default
    /// <c>balanced</c>.
    /// </summary>
    public ReceiverProfile Profile { get; init; } = ReceiverProfile.Balanced;

    /// <summary>A fixed delay instead of the profile's. 1 ms – 10 s; default none.</summary>
    /// <remarks>If too short, slightly delayed packets are late. If too long, it only adds latency.</remarks>
    public TimeSpan? Latency { get; init; }

    /// <summary>Packets held before the oldest is dropped. A power of two, 16 – 16,384; default 1024 (5 s of 5 ms packets).</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>The longest payload accepted, in bytes; a longer one counts as corrupt.</summary>
    /// <remarks>A slot grows to the longest payload it has held, so a peer can make a receiver use up to <see cref="Capacity"/> times
    /// this.</remarks>
    internal static int MaxPayload { get; } = 65_535;

    /// <summary>How long the decoder conceals missing audio before silence follows.</summary>
    internal static TimeSpan MaxConceal { get; } = TimeSpan.FromMilliseconds(500);

    /// <summary>If the sender's clock steps by more than this, compared to elapsed time, its stream counts as a new one.</summary>
    internal static TimeSpan MaxJump { get; } = TimeSpan.FromSeconds(2);

    /// <summary>A play-out error above this is corrected by a jump instead of by pitch.</summary>
    internal static TimeSpan MaxError { get; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The shortest delay between a packet's arrival and its playback.</summary>
    internal TimeSpan BaseDelay => Latency ?? Profile.Base;

    /// <summary>The longest delay between a packet's arrival and its playback.</summary>
    internal TimeSpan MostDelay => Latency ?? Profile.Most;

    private bool AreDelaysValid => BaseDelay.TotalMilliseconds >= 1 && MostDelay.TotalMilliseconds <= 10_000 && MostDelay >= BaseDelay;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Require(
            AreDelaysValid || Latency is not null,
            $"{nameof(Profile)} is {Profile.Base} to {Profile.Most}; it must be between 1 ms and 10 s, the shorter one first.")
        .Require(AreDelaysValid || Latency is null, $"{nameof(Latency)} is {Latency}; it must be between 1 ms and 10 s.")
        .Require(
            Capacity is >= 16 and <= 16_384 && int.IsPow2(Capacity),
            $"{nameof(Capacity)} is {Capacity}; it must be a power of two between 16 and 16,384.");
}
