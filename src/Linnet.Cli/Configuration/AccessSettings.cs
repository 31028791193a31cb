using System.Net;
using Linnet.Access;
using Linnet.Cli.Commands;
using Linnet.Server;

namespace Linnet.Cli.Configuration;

/// <summary>What the configuration file says of who may listen and push.</summary>
/// <param name="problems">Receives all mistakes.</param>
internal sealed class AccessSettings(List<ConfigProblem> problems)
{
    private const string Anyone = "anyone", OnlyAccounts = "accounts", Deny = "deny", Admit = "admit";

    /// <summary>The values as they are written.</summary>
    public AccessValues Values { get; } = new(problems);

    /// <summary>The accounts of the file, in its order, and where their tables begin.</summary>
    public List<(string Name, string Origin, int Line)> Accounts { get; } = [];

    /// <summary>What was read last.</summary>
    public AccessOptions Options { get; private set; } = new();

    /// <summary>Takes the table of an account.</summary>
    public void AddAccount(string name, string origin, int line)
    {
        if (AccountName.Problem(name) is string problem)
        {
            Values.Report(origin, line, problem);
        }
        else
        {
            Accounts.Add((name, origin, line));
        }
    }

    /// <summary>Reads the values, and reports their mistakes.</summary>
    /// <param name="stations">The stations and their tables.</param>
    /// <param name="others">More names of stations, whose tables have mistakes.</param>
    public AccessOptions Read(IReadOnlyList<(string Name, string Table)> stations, IReadOnlyList<string> others)
    {
        string[] names = [.. stations.Select(static station => station.Name).Union(others)];
        Options = new AccessOptions
        {
            Accounts = [.. Accounts.Select(account => ReadAccount(account.Name, account.Origin, account.Line, names))],
            Verify = AccountPasswords.Verify,
            ClosedStations = [.. stations.Where(station => IsClosed(station.Table)).Select(static station => station.Name)],
            LinkKeys = ReadKeys(),
            AllowedNetworks = ReadNetworks(AccessKeys.Allow),
            DeniedNetworks = ReadNetworks(AccessKeys.Deny),
            Hook = ReadHook(),
        };
        foreach (string name in Options.ClosedStations)
        {
            CheckAudience(stations.First(station => station.Name == name));
        }

        return Options;
    }

    private Account ReadAccount(string name, string origin, int line, string[] stations)
    {
        string table = $"{AccessKeys.Accounts}.{name}";
        var account = new Account(name)
        {
            Roles = ReadRoles(table, stations),
            PasswordHash = Values.Checked(
                AccessKeys.PasswordHash, table, AccountPasswords.IsHash,
                $"must be the hash of a password, not the password itself: run 'linnet user add {name}', which asks for the password"),
            StreamToken = Values.Checked(
                AccessKeys.StreamToken, table, static token => token.Length >= AccountSecrets.MinTokenLength,
                $"must have at least {AccountSecrets.MinTokenLength} characters: run 'linnet user add {name} --stream-token', which makes "
                    + "one"),
            TokenHashes = Values.CheckedAll(
                AccessKeys.TokenHashes, table, ApiToken.IsHash,
                $"must have SHA-256 hashes in hexadecimal: run 'linnet user token {name}', which makes a token and its hash"),
        };
        if (Values.Find(AccessKeys.Roles, table) is null)
        {
            Values.Report(origin, line, $"The account {name} can do nothing: add roles = [\"listen\"], for example.");
        }

        FileKey[] secrets = [AccessKeys.PasswordHash, AccessKeys.StreamToken, AccessKeys.TokenHashes];
        if (secrets.All(key => Values.Find(key, table) is null))
        {
            Values.Report(
                origin, line,
                $"The account {name} has neither a password nor a token: run 'linnet user add {name}', which asks for a password.");
        }

        return account;
    }

    private List<AccessRole> ReadRoles(string table, string[] stations)
    {
        var roles = new List<AccessRole>();
        if (Values.Find(AccessKeys.Roles, table) is not var (value, origin))
        {
            return roles;
        }

        IReadOnlyList<string> texts = Values.Texts(AccessKeys.Roles, table);
        if (texts.Count == 0 && value.Value is object?[])
        {
            Values.Report(origin, value.Line, $"{value.Path} must not be empty: write [\"listen\"], for example.");
        }

        foreach (string text in texts)
        {
            if (!AccessRole.TryParse(text, out AccessRole role, out string? problem))
            {
                IEnumerable<string> actions = Enum.GetNames<AccessAction>().Select(static name => name.ToLowerInvariant());
                Values.Report(origin, value.Line, problem + Closest.Hint(text.Split(':')[0], actions));
            }
            else if (role.Station is { } station && !stations.Contains(station))
            {
                Values.Report(
                    origin, value.Line, $"The role {role} is for a station that does not exist.{Closest.Hint(station, stations)}");
            }
            else
            {
                roles.Add(role);
            }
        }

        return roles;
    }

    private bool IsClosed(string table)
    {
        (string where, string? text) = Values.Find(AccessKeys.Listen, table) is not null ? (table, Values.Text(AccessKeys.Listen, table))
            : (ConfigKeys.Defaults, Values.Text(AccessKeys.Listen, ConfigKeys.Defaults));
        if (text is not (null or Anyone or OnlyAccounts))
        {
            Values.Report(AccessKeys.Listen, where, $"must be \"{Anyone}\" or \"{OnlyAccounts}\"");
        }

        return text == OnlyAccounts;
    }

    // A station that no client can hear is most likely an unfinished configuration.
    private void CheckAudience((string Name, string Table) station)
    {
        if (Options.LinkKeys.Count > 0 || Values.Find(AccessKeys.Keys, AccessKeys.Links) is not null
            || Values.Find(AccessKeys.Auth, AccessKeys.Hooks) is not null
            || Options.Accounts.Any(account => account.May(AccessAction.Listen, station.Name)))
        {
            return;
        }

        string table = Values.Find(AccessKeys.Listen, station.Table) is null ? ConfigKeys.Defaults : station.Table;
        Values.Report(
            AccessKeys.Listen, table,
            $"lets no client listen to {station.Name}: add an account with the role listen ('linnet user add NAME --role listen'), or a "
                + "key for links ('linnet link --roll')");
    }

    private List<LinkKey> ReadKeys()
    {
        var keys = new List<LinkKey>();
        foreach (string text in Values.Texts(AccessKeys.Keys, AccessKeys.Links))
        {
            if (!AccountSecrets.TryParseKey(text, out LinkKey? key, out string? problem))
            {
                Values.Report(AccessKeys.Keys, AccessKeys.Links, problem);
            }
            else if (keys.Exists(other => other.Id == key.Id))
            {
                Values.Report(AccessKeys.Keys, AccessKeys.Links, $"has two keys named {key.Id}: give each a different name");
            }
            else
            {
                keys.Add(key);
            }
        }

        return keys;
    }

    private List<IPNetwork> ReadNetworks(FileKey key)
    {
        var networks = new List<IPNetwork>();
        foreach (string text in Values.Texts(key, key.Table))
        {
            try
            {
                networks.Add(Ask.Network(text, $"{key.Table}.{key.Name}"));
            }
            catch (UsageException e)
            {
                (TomlValue value, string origin) = Values.Find(key, key.Table)!.Value;
                Values.Report(origin, value.Line, e.Message);
            }
        }

        return networks;
    }

    private AccessHookOptions? ReadHook()
    {
        string? text = Values.Text(AccessKeys.Auth, AccessKeys.Hooks);
        TimeSpan? timeout = Values.Seconds(AccessKeys.Timeout, 0.1, 30);
        TimeSpan? cache = Values.Seconds(AccessKeys.Cache, 0, 3600);
        string? failure = Values.Text(AccessKeys.OnFailure, AccessKeys.Hooks);
        if (failure is not (null or Deny or Admit))
        {
            Values.Report(AccessKeys.OnFailure, AccessKeys.Hooks, $"must be \"{Deny}\" or \"{Admit}\"");
        }

        if (text is null)
        {
            FileKey? detail = ((FileKey[])[AccessKeys.Timeout, AccessKeys.Cache, AccessKeys.OnFailure])
                .FirstOrDefault(key => Values.Find(key, AccessKeys.Hooks) is not null);
            if (detail is not null && Values.Find(AccessKeys.Auth, AccessKeys.Hooks) is null)
            {
                Values.Report(detail, AccessKeys.Hooks, $"needs {AccessKeys.Hooks}.{AccessKeys.Auth.Name} beside it");
            }

            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
        {
            Values.Report(AccessKeys.Auth, AccessKeys.Hooks, "must be an http or https URL, such as https://panel.example/auth");
            return null;
        }

        var usual = new AccessHookOptions { Address = address };
        return usual with
        {
            Timeout = timeout ?? usual.Timeout,
            CacheTime = cache ?? usual.CacheTime,
            AdmitsOnFailure = failure == Admit,
        };
    }
}
