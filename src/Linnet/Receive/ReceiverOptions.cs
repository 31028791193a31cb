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

    /// <summary>The longest payload accepted, in bytes; a longer one counts as corrupt. 64 – 65,535; default 65,535.</summary>
    /// <remarks>A slot grows to the longest payload it has held, so a peer can make a receiver use up to <see cref="Capacity"/> times
    /// this.</remarks>
    public int MaxPayload { get; init; } = 65_535;

    /// <summary>
    /// How long the decoder conceals missing audio before silence follows. 0 – 10 s; default 500 ms.
    /// </summary>
    public TimeSpan MaxConceal { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// If the sender's clock steps by more than this, compared to elapsed time, its stream counts as a new one. 0.5 – 60 s; default 2
    /// s.
    /// </summary>
    public TimeSpan MaxJump { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A play-out error above this is corrected by a jump instead of by pitch. 5 ms – 10 s; default 50 ms.</summary>
    public TimeSpan MaxError { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The shortest delay between a packet's arrival and its playback.</summary>
    internal TimeSpan BaseDelay => Latency ?? Profile.Base;

    /// <summary>The longest delay between a packet's arrival and its playback.</summary>
    internal TimeSpan MostDelay => Latency ?? Profile.Most;

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (BaseDelay.TotalMilliseconds < 1 || MostDelay.TotalMilliseconds > 10_000 || MostDelay < BaseDelay)
        {
            yield return Latency is null
                ? $"{nameof(Profile)} is {Profile.Base} to {Profile.Most}; it must be between 1 ms and 10 s, the shorter one first."
                : $"{nameof(Latency)} is {Latency}; it must be between 1 ms and 10 s.";
        }

        if (Capacity is < 16 or > 16_384 || !int.IsPow2(Capacity))
        {
            yield return $"{nameof(Capacity)} is {Capacity}; it must be a power of two between 16 and 16,384.";
        }

        if (MaxPayload is < 64 or > 65_535)
        {
            yield return $"{nameof(MaxPayload)} is {MaxPayload}; it must be between 64 and 65,535 bytes.";
        }

        if (MaxConceal.TotalSeconds is < 0 or > 10)
        {
            yield return $"{nameof(MaxConceal)} is {MaxConceal}; it must be between 0 and 10 s.";
        }

        if (MaxJump.TotalSeconds is < 0.5 or > 60)
        {
            yield return $"{nameof(MaxJump)} is {MaxJump}; it must be between 0.5 and 60 s.";
        }

        if (MaxError.TotalMilliseconds is < 5 or > 10_000)
        {
            yield return $"{nameof(MaxError)} is {MaxError}; it must be between 5 ms and 10 s.";
        }
    }
}
