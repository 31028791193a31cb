namespace Linnet.Cli.Panels;

/// <summary>A number of a panel: what it is called there, and what it says, for who presses <see cref="PanelPages.Explain"/>.</summary>
/// <param name="Name">As the panel has it.</param>
/// <param name="Meaning">A sentence without a full stop.</param>
internal sealed record Figure(string Name, string Meaning);
