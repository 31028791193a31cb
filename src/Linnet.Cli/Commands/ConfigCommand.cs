using System.CommandLine;
using Linnet.Cli.Configuration;
using Linnet.Cli.Help;
using Linnet.Server.Hosting.Tls;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet config check|show|example [FILE]</c>.</summary>
internal static class ConfigCommand
{
    private const string Check = "check";
    private const string Show = "show";
    private const string Example = "example";

    private static readonly string[] Actions = [Check, Show, Example];

    private static readonly Argument<string> Action = new("ACTION")
    {
        Description =
            $"{Check}: find every mistake in the file. {Show}: print all settings and where each comes from; passwords are hidden. "
                + $"{Example}: print a file with every key and its default.",
    };

    private static readonly Argument<string?> File = new("FILE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = $"The configuration file. Default: that of --config, else {ConfigFile.Default}.",
    };

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "config",
            "Check or show the configuration of 'linnet serve'.",
            ("linnet config check linnet.toml", "every mistake, with its line"),
            ("linnet config show linnet.toml", "the settings in effect, and where each comes from"),
            ("linnet config show --http-port 80", "the same, as 'linnet serve --http-port 80' would use them"),
            ("linnet config example > linnet.toml", "a file to start from"))
        {
            Action,
            File,
        };
        Action.CompletionSources.Clear();
        Action.CompletionSources.Add(Actions);
        foreach (OptionGroup group in ServeCommand.Groups)
        {
            command.Add(new OptionGroup(group.Heading, [], [.. group.All]));
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            int code = Run(parsed, shell);
            await shell.DeliverAsync(cancellationToken);
            return code;
        });
        return command;
    }

    private static int Run(ParseResult parsed, Shell shell)
    {
        string action = parsed.GetRequiredValue(Action);
        switch (action)
        {
            case Example:
                ConfigExample.Write(shell.Out);
                return ExitCode.Ended;
            case Check or Show:
                break;
            default:
                throw new UsageException(
                    $"There is no '{action}'.{Closest.Hint(action, Actions)} Use one of: {string.Join(", ", Actions)}.");
        }

        ServeConfiguration configuration = ServeConfiguration.Read(parsed, shell, parsed.GetValue(File));
        if (action == Check && configuration.File is null)
        {
            throw new UsageException($"There is no configuration file {ConfigFile.Default}: name one, as in linnet config check FILE.");
        }

        if (action == Show)
        {
            ConfigView.Write(configuration, shell.Out);
        }

        ServeRequest request = configuration.Required();
        if (action == Check)
        {
            CheckCertificate(configuration, request);
            shell.Out.WriteLine(
                $"{configuration.File!.Name} is correct: {string.Join(", ", request.Stations.Select(static s => s.Name))}.");
        }

        return ExitCode.Ended;
    }

    // Opens it as a server does. A running server keeps the certificate that it has, but a new one would not start.
    private static void CheckCertificate(ServeConfiguration configuration, ServeRequest request)
    {
        if (request.Http?.Tls is not { CertificateFile: not null } tls)
        {
            return;
        }

        try
        {
            new CertificateFile(tls, NullLogger.Instance).Open();
        }
        catch (IOException e)
        {
            ConfigKey key = ConfigKeys.All.First(static key => key.Option == TlsOptions.Certificate);
            throw new UsageException(new ConfigProblem(configuration.Settings.Find(key, key.Table)?.Origin, 0, e.Message).ToString());
        }
    }
}
