namespace Linnet.Relay.Nats;

/// <summary>The connection to NATS at an instant.</summary>
/// <param name="IsOpen">Whether it is open.</param>
/// <param name="Openings">Times that it was opened.</param>
/// <param name="Problem">What is wrong, as sentences that say what to do; <see langword="null"/>: nothing that is known.</param>
/// <param name="Changed">Completes when this is no longer the state.</param>
internal sealed record LinkState(bool IsOpen, long Openings, string? Problem, Task Changed);
