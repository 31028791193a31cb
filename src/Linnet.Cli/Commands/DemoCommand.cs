using System.CommandLine;
using Linnet.Cli.Help;
using Linnet.Serving;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet demo</c>.</summary>
internal static class DemoCommand
{
    private static readonly Option<double?> Seconds = Ask.Seconds("Stop after this time, in seconds.");

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "demo",
            "Serve a synthesised songbird, play it on this machine, and show its addresses for browsers and phones.",
            ("linnet demo", "until q or Ctrl-C"),
            ("linnet demo --seconds 10", "for ten seconds"));
        command.Add(new OptionGroup("Duration", [Seconds], []));
        command.Add(NetworkOptions.Ports(RadioOptions.HttpPort));
        command.Add(new OptionGroup("Listeners", [], [.. NetworkOptions.Limits().All]));
        command.Add(new OptionGroup("Process", [], [NetworkOptions.User]));
        command.SetAction(
            (parsed, cancellationToken) => DemoSession.RunAsync(Read(parsed, NetworkOptions.Read(parsed)), shell, cancellationToken));
        return command;
    }

    private static DemoRequest Read(ParseResult parsed, StationServerOptions network) => network.RtspPort is null
        ? throw new UsageException("The demo plays over RTSP: leave out --rtsp-port off.")
        : new(RadioOptions.Add(
            parsed, network, NetworkOptions.ReadMaxListeners(parsed), NetworkOptions.ReadMaxPerAddress(parsed)))
        {
            Duration = parsed.GetValue(Seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            User = NetworkOptions.ReadUser(parsed),
            Http = RadioOptions.ReadHost(parsed, network),
            IsHttpPortNamed = RadioOptions.HasPort(parsed),
        };
}
