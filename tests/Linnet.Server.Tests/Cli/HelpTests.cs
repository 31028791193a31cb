using System.CommandLine;
using Linnet.Cli;
using Linnet.Cli.Help;
using Linnet.Transports.Impairments;

namespace Linnet.Server.Tests.Cli;

public class HelpTests
{
    private const int MaxLines = 40;

    public static TheoryData<string> Commands =>
        [.. CommandLine.Create(new FakeShell().Shell).Subcommands.Select(static command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_fits_on_a_screen(string name) => Assert.InRange(Lines(name, all: false).Length, 1, MaxLines);

    [Theory]
    [MemberData(nameof(Commands))]
    public void No_line_of_help_is_wider_than_a_page(string name)
    {
        Assert.DoesNotContain(Lines(name, all: false), static line => line.Length > HelpPage.MaxWidth);
        Assert.DoesNotContain(Lines(name, all: true), static line => line.Length > HelpPage.MaxWidth);
        Assert.DoesNotContain(Lines(name, all: true, width: 80), static line => line.Length > 80);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_option_is_in_a_group(string name)
    {
        ExampleCommand command = Find(name);

        Assert.Equal(command.Options.Order(ByName), command.Groups.SelectMany(static group => group.All).Order(ByName));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_all_shows_every_option_and_help_the_common_ones(string name)
    {
        ExampleCommand command = Find(name);
        string[] common = Lines(name, all: false);
        string[] all = Lines(name, all: true);

        foreach (OptionGroup group in command.Groups)
        {
            Assert.All(group.All, option => Assert.Contains(all, line => Shows(line, option)));
            Assert.All(group.Common, option => Assert.Contains(common, line => Shows(line, option)));
            Assert.All(group.More, option => Assert.DoesNotContain(common, line => Shows(line, option)));
        }

        Assert.Equal(command.HasMore, common.Contains($"More options: linnet {name} --help-all"));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_option_is_described_and_one_with_a_value_ends_with_its_default(string name)
    {
        foreach (Option option in Find(name).Options)
        {
            bool isFlag = option.ValueType == typeof(bool);
            Assert.Matches(isFlag ? @"^[A-Z].{9}.*\.$" : @"^[A-Z].{9}.*\. Default: [^ ].*\.$", option.Description);
            Assert.Equal(isFlag, option.HelpName is null);
        }
    }

    [Theory]
    [InlineData("MS", "milliseconds")]
    [InlineData("KBPS", "kb/s")]
    [InlineData("MIB", "MiB")]
    [InlineData("PERCENT", "percent")]
    public void An_option_says_the_unit_of_its_value(string value, string unit)
    {
        Option[] options = [.. CommandLine.Create(new FakeShell().Shell).Subcommands.SelectMany(static c => c.Options)
            .Where(option => option.HelpName == value)];

        Assert.NotEmpty(options);
        Assert.All(options, option => Assert.Contains(unit, option.Description, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("play")]
    [InlineData("probe")]
    public void The_help_of_impair_lists_every_impairment_with_a_valid_value(string name)
    {
        string help = Find(name).Options.Single(static o => o.Name == "--impair").Description!;
        Assert.False(ImpairmentOptions.TryParse("pigeons=1", out _, out string? all));
        string[] parts = [.. help.Split(' ').Where(static word => word.Contains('='))];

        Assert.True(ImpairmentOptions.TryParse(string.Join(',', parts), out _, out string? problem), problem);
        Assert.EndsWith(
            $"use one of {string.Join(", ", parts.Select(static part => part.Split('=')[0]))}.", all, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_command_line_page_shows_the_help_of_each_command(string name)
    {
        string[] page = File.ReadAllLines(Path.Combine(ReadmeTests.RepositoryRoot, "docs", "command-line.md"));
        int start = Array.FindIndex(page, line => line.StartsWith('#') && line.TrimStart('#') == $" linnet {name}");
        string[] documented = [.. page.Skip(start + 3).TakeWhile(static line => line != "```")];

        Assert.Equal(Lines(name, all: true), documented);
    }

    private static IComparer<Option> ByName { get; } =
        Comparer<Option>.Create(static (a, b) => string.CompareOrdinal(a.Name, b.Name));

    private static bool Shows(string line, Option option) =>
        line.StartsWith($"  {option.Name}", StringComparison.Ordinal) && line[(2 + option.Name.Length)..] is "" or [' ', ..];

    private static ExampleCommand Find(string name) => (ExampleCommand)Create(name);

    private static Command Create(string name) => CommandLine.Create(new FakeShell().Shell).Subcommands.Single(c => c.Name == name);

    private static string[] Lines(string name, bool all, int width = HelpPage.MaxWidth)
    {
        using var output = new StringWriter { NewLine = "\n" };
        new HelpPage(output, width).Write(Create(name), all);
        return output.ToString().TrimEnd('\n').Split('\n');
    }
}
