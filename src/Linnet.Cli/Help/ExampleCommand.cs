using System.CommandLine;

namespace Linnet.Cli.Help;

/// <summary>A command with examples and grouped options.</summary>
internal sealed class ExampleCommand(string name, string description, params (string Line, string Meaning)[] examples)
    : Command(name, description)
{
    private readonly List<OptionGroup> _groups = [];

    /// <summary>Example command lines, each with a description.</summary>
    public IReadOnlyList<(string Line, string Meaning)> Examples => examples;

    /// <summary>The command's options by subject.</summary>
    public IReadOnlyList<OptionGroup> Groups => _groups;

    /// <summary>Whether only <c>--help-all</c> shows some of the options.</summary>
    public bool HasMore => _groups.Exists(static g => g.More.Length > 0);

    /// <summary>Adds a group of options.</summary>
    public void Add(OptionGroup group)
    {
        _groups.Add(group);
        foreach (Option option in group.All)
        {
            Options.Add(option);
        }
    }
}
