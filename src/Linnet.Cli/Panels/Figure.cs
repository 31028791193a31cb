namespace Linnet.Cli.Panels;

/// <summary>A figure of a panel, and its meaning, which the key <see cref="PanelPages.Explain"/> shows.</summary>
/// <param name="Name">The name shown in the panel.</param>
/// <param name="Meaning">A sentence without a full stop.</param>
internal sealed record Figure(string Name, string Meaning);
