using System.CommandLine;

namespace Linnet.Cli.Help;

/// <summary>Options on one subject.</summary>
/// <param name="Heading">The subject, as shown in the help.</param>
/// <param name="Common">Options that <c>--help</c> shows.</param>
/// <param name="More">Options that only <c>--help-all</c> shows.</param>
internal sealed record OptionGroup(string Heading, Option[] Common, Option[] More)
{
    /// <summary>All options of the group, common ones first.</summary>
    public IEnumerable<Option> All => [.. Common, .. More];
}
