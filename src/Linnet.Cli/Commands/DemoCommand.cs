using System.CommandLine;
using Linnet.Serving;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet demo</c>.</summary>
internal static class DemoCommand
{
    private static readonly Option<double?> Seconds = Ask.Seconds("End after so many seconds.");

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "demo",
            "Serves a songbird that Linnet makes up itself, plays it here, and says where browsers, phones and other machines can hear it.",
            ("linnet demo", "until q or Ctrl-C"),
            ("linnet demo --seconds 10", "for ten seconds"))
        {
            Seconds,
        };
        NetworkOptions.AddTo(command);
        RadioOptions.AddPortTo(command);
        command.SetAction(
            (parsed, cancellationToken) => DemoSession.RunAsync(Read(parsed, NetworkOptions.Read(parsed)), shell, cancellationToken));
        return command;
    }

    private static DemoRequest Read(ParseResult parsed, StationServerOptions network) => new(RadioOptions.Add(
        parsed, network, NetworkOptions.ReadMaxListeners(parsed), NetworkOptions.ReadMaxPerAddress(parsed)))
    {
        Duration = parsed.GetValue(Seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        User = NetworkOptions.ReadUser(parsed),
        Http = RadioOptions.ReadHost(parsed, network),
        IsHttpPortNamed = RadioOptions.HasPort(parsed),
    };
}
