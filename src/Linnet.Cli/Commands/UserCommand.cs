using System.CommandLine;
using Linnet.Access;
using Linnet.Cli.Configuration;
using Linnet.Cli.Help;
using Linnet.Server;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet user add|remove|list|token [NAME]</c>.</summary>
internal static class UserCommand
{
    private const string Add = "add", Remove = "remove", List = "list", Token = "token";

    private static readonly string[] Actions = [Add, Remove, List, Token];

    private static readonly (FileKey Key, string Word)[] Secrets =
        [(AccessKeys.PasswordHash, "password"), (AccessKeys.StreamToken, "stream token"), (AccessKeys.TokenHashes, "API token")];

    private static readonly Argument<string> Action = new("ACTION")
    {
        Description =
            $"{Add}: ask for a password, and add the account or change it. {Remove}: remove the account. {List}: print all accounts. "
                + $"{Token}: print a new token for the API; only its hash is kept.",
    };

    private static readonly Argument<string?> Name = new("NAME")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "The account: letters, digits, '.', '_', '-' and '@'.",
    };

    private static readonly Option<string[]> Role = Ask.Words(
        "--role", "ROLE",
        "What the account may do: listen, push, control or admin, with all stations, or with one as in push:live.", "as before");

    private static readonly Option<bool> StreamToken = Ask.Flag(
        "--stream-token", "Also make a second password, for cameras and players that use RTSP without TLS.");

    private static readonly Option<string?> Config = Ask.Word(
        "--config", "FILE", "Configuration file to change. Without one, 'add' and 'token' print what to add to it.",
        $"{ConfigFile.Default} if it is there");

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "user",
            "Manage the accounts in the configuration of 'linnet serve'.",
            ("linnet user add ann --role listen", "asks for a password; ann may hear all stations"),
            ("linnet user add dj --role push:live", "dj may push to the station live"),
            ("linnet user token ops", "print a token for the API"),
            ("linnet user list --config linnet.toml", "the accounts and their roles"))
        {
            Action,
            Name,
        };
        Action.CompletionSources.Clear();
        Action.CompletionSources.Add(Actions);
        command.Add(new OptionGroup("Options", [Role, StreamToken, Config], []));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await RunAsync(parsed, shell, cancellationToken);
            await shell.DeliverAsync(cancellationToken);
            return ExitCode.Ended;
        });
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, Shell shell, CancellationToken cancellationToken)
    {
        string action = parsed.GetRequiredValue(Action);
        if (!Actions.Contains(action))
        {
            throw new UsageException(
                $"There is no '{action}'.{Closest.Hint(action, Actions)} Use one of: {string.Join(", ", Actions)}.");
        }

        EditedConfig? config = EditedConfig.Open(parsed.GetValue(Config), parsed, shell);
        if (action == List)
        {
            WriteList(Required(config), shell.Out);
            return;
        }

        string name = parsed.GetValue(Name) ?? throw new UsageException($"linnet user {action} needs NAME.");
        if (AccountName.Problem(name) is string problem)
        {
            throw new UsageException(problem);
        }

        string[] table = [AccessKeys.Accounts, name];
        switch (action)
        {
            case Add:
                await AddAsync(name, table, config, parsed, shell, cancellationToken);
                break;
            case Token:
                MakeToken(name, table, config, shell.Out);
                break;
            default:
                if (!Required(config).Toml.Remove(table))
                {
                    throw Unknown(name, config!);
                }

                config!.Save();
                shell.Out.WriteLine($"Removed {name} from {config.Name}.");
                break;
        }
    }

    private static async Task AddAsync(
        string name, string[] table, EditedConfig? config, ParseResult parsed, Shell shell, CancellationToken cancellationToken)
    {
        string[] roles = [.. (parsed.GetValue(Role) ?? []).Select(ReadRole)];
        bool isNew = config?.Toml.Has(table) != true;
        if (isNew && roles.Length == 0)
        {
            throw new UsageException($"linnet user add needs {Role.Name}: what may {name} do? For example {Role.Name} listen.");
        }

        // Without a file, the table is made from nothing, and printed.
        TomlEdit toml = config?.Toml ?? new TomlEdit("", "");
        string password = await PasswordPrompt.AskAsync(name, shell, cancellationToken);
        if (roles.Length > 0)
        {
            toml.Set(table, AccessKeys.Roles.Name, Toml.List(roles));
        }

        toml.Set(table, AccessKeys.PasswordHash.Name, Toml.Quote(AccountPasswords.Hash(password)));
        string? token = parsed.GetValue(StreamToken) ? AccountSecrets.NewStreamToken() : null;
        if (token is not null)
        {
            toml.Set(table, AccessKeys.StreamToken.Name, Toml.Quote(token));
        }

        if (config is null)
        {
            Print(toml, shell.Out);
            return;
        }

        config.Save();
        shell.Out.WriteLine($"{(isNew ? "Added" : "Changed")} {name} in {config.Name}.");
        if (token is not null)
        {
            shell.Out.WriteLine($"Stream token: {token}");
        }
    }

    private static void MakeToken(string name, string[] table, EditedConfig? config, TextWriter output)
    {
        string token = ApiToken.Create();
        string hash = Toml.Quote(ApiToken.HashOf(token));
        TomlEdit toml = config?.Toml ?? new TomlEdit("", "");
        if (config is not null && !toml.Has(table))
        {
            throw Unknown(name, config);
        }

        toml.SetFirst(table, AccessKeys.TokenHashes.Name, hash);
        if (config is null)
        {
            Print(toml, output);
        }
        else
        {
            config.Save();
        }

        output.WriteLine($"Token of {name}, which is shown only now: {token}");
    }

    private static void Print(TomlEdit toml, TextWriter output)
    {
        output.WriteLine($"# Add this to the configuration file, such as {ConfigFile.Default}:");
        output.Write(toml.Text.ReplaceLineEndings(output.NewLine));
    }

    private static void WriteList(EditedConfig config, TextWriter output)
    {
        AccessValues values = config.Access.Values;
        string[][] rows =
        [
            ["NAME", "ROLES", "HAS"],
            .. config.Access.Accounts.Select(account => (string[])
                [account.Name, RolesOf(values, account.Name), string.Join(", ", SecretsOf(values, account.Name))]),
        ];
        int[] widths = [.. Enumerable.Range(0, 2).Select(column => rows.Max(row => row[column].Length) + 2)];
        foreach (string[] row in rows)
        {
            output.WriteLine($"{row[0].PadRight(widths[0])}{row[1].PadRight(widths[1])}{row[2]}");
        }
    }

    private static string RolesOf(AccessValues access, string name) =>
        access.Find(AccessKeys.Roles, $"{AccessKeys.Accounts}.{name}")?.Value.Value is object?[] roles ? string.Join(", ", roles) : "";

    private static IEnumerable<string> SecretsOf(AccessValues access, string name) => Secrets
        .Where(secret => access.Find(secret.Key, $"{AccessKeys.Accounts}.{name}") is not null)
        .Select(static secret => secret.Word);

    private static string ReadRole(string text) => AccessRole.TryParse(text, out AccessRole role, out string? problem)
        ? role.ToString() : throw new UsageException(problem);

    private static EditedConfig Required(EditedConfig? config) => config
        ?? throw new UsageException($"There is no configuration file {ConfigFile.Default}: name one with {Config.Name} FILE.");

    private static UsageException Unknown(string name, EditedConfig config) => new(
        $"There is no account {name} in {config.Name}.{Closest.Hint(name, config.Access.Accounts.Select(static account => account.Name))}");
}
