using System.CommandLine;

namespace Linnet.Cli.Help;

/// <summary>A command with examples, and with its options in groups.</summary>
internal sealed class ExampleCommand(string name, string description, params (string Line, string Meaning)[] examples)
    : Command(name, description)
{
    private readonly List<OptionGroup> _groups = [];

    /// <summary>Command lines, each with what it does.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples => examples;

    /// <summary>The command's options by subject.</summary>
    public IReadOnlyList<OptionGroup> Groups => _groups;

    /// <summary>Whether some options are shown by <c>--help-all</c> only.</summary>
    public bool HasMore => _groups.Exists(static g => g.More.Length > 0);

    /// <summary>Adds the options of one subject.</summary>
    public void Add(OptionGroup group)
    {
        _groups.Add(group);
        foreach (Option option in group.All)
        {
            Options.Add(option);
        }
    }
}
