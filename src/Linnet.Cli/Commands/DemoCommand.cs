using System.CommandLine;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet demo</c>.</summary>
internal static class DemoCommand
{
    private static readonly Option<double?> Seconds = Ask.Seconds("End after so many seconds.");

    public static Command Create(Shell shell)
    {
        var command = new TaughtCommand(
            "demo",
            "Serves a songbird that Linnet makes up itself, plays it here, and says where other machines can hear it.",
            ("linnet demo", "until q or Ctrl-C"),
            ("linnet demo --seconds 10", "for ten seconds"))
        {
            Seconds,
        };
        NetworkOptions.AddTo(command);
        command.SetAction((parsed, cancellationToken) => DemoSession.RunAsync(
            parsed.GetValue(Seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            NetworkOptions.Read(parsed),
            NetworkOptions.ReadUser(parsed),
            shell,
            cancellationToken));
        return command;
    }
}
