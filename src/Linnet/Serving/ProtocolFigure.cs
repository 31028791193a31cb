namespace Linnet.Serving;

/// <summary>A number that a panel shows of a protocol.</summary>
/// <param name="Name">A word or two, in lower case.</param>
/// <param name="Meaning">An explanation of the figure: a sentence without a full stop.</param>
/// <param name="Value">The number.</param>
/// <param name="IsTrouble">Whether anything above zero is a reason to look.</param>
internal sealed record ProtocolFigure(string Name, string Meaning, long Value, bool IsTrouble = false);
