using System.CommandLine;

namespace Linnet.Cli.Help;

/// <summary>The option <c>--help-all</c>.</summary>
internal sealed class HelpAllOption : Option<bool>
{
    /// <summary>The name of the option.</summary>
    public const string OptionName = "--help-all";

    public HelpAllOption()
        : base(OptionName)
    {
        Description = "Show help with every option.";
        Arity = ArgumentArity.Zero;
        Recursive = true;
        Action = new ShowHelp(all: true);
    }
}
