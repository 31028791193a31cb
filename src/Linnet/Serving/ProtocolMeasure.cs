namespace Linnet.Serving;

/// <summary>A figure of a protocol for metrics.</summary>
/// <param name="Name">The instrument, such as <c>linnet.relay.nodes</c>.</param>
/// <param name="Unit">Its unit, as in UCUM.</param>
/// <param name="Description">What it counts: a sentence.</param>
/// <param name="Value">The number.</param>
/// <param name="IsTotal">Whether it counts from the start and never falls.</param>
internal sealed record ProtocolMeasure(string Name, string Unit, string Description, long Value, bool IsTotal = false);
