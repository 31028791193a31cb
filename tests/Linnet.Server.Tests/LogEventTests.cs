using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Tests;

public class LogEventTests
{
    private static readonly LoggerMessageAttribute[] Events =
    [
        .. ((Assembly[])[typeof(Linnet.Audio.AudioFormat).Assembly, typeof(Linnet.Server.Hosting.RadioHost).Assembly,
            typeof(Linnet.Cli.CommandLine).Assembly, typeof(Linnet.Relay.RelayOptions).Assembly])
            .SelectMany(static assembly => assembly.GetTypes())
            .SelectMany(static type => type.GetMethods(
                BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(static method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>(),
    ];

    [Fact]
    public void No_two_events_share_an_id() => Assert.Equal(Events.Length, Events.Select(static e => e.EventId).Distinct().Count());

    [Fact]
    public void The_list_of_log_events_is_complete_and_correct()
    {
        string[] rows =
            [.. File.ReadLines(Path.Join(ReadmeTests.Root(), "docs", "log-events.md"))
                .Where(static l => l.Length > 2 && char.IsAsciiDigit(l[2]))];

        Assert.Equal(
            Events.OrderBy(static e => e.EventId).Select(
                static e => string.Create(CultureInfo.InvariantCulture, $"| {e.EventId} | {e.Level.ToString().ToLowerInvariant()} |")),
            rows.Select(static row => string.Join('|', row.Split('|')[..3]) + "|"));
    }
}
