namespace Linnet.Cli.Configuration;

/// <summary>The keys of the configuration file that say who may listen and push.</summary>
internal static class AccessKeys
{
    /// <summary>The table with a table for each account.</summary>
    public const string Accounts = "accounts";

    public const string Access = "access";
    public const string Links = "links";
    public const string Hooks = "hooks";

    // The text in the place of a secret.
    private const string Hidden = "\"...\"";

    public static FileKey Listen { get; } = new(
        ConfigKeys.Defaults, "listen",
        "Who may listen: \"anyone\", or \"accounts\": accounts with the role listen, signed links, and clients that the hook admits.",
        "anyone", "\"accounts\"");

    public static FileKey Allow { get; } = new(
        Access, "allow", "Networks that may connect.", "all", "[\"192.168.0.0/16\", \"2001:db8::/32\"]");

    public static FileKey Deny { get; } = new(
        Access, "deny", "Networks that may not connect, even if they are part of one that is allowed.", "none", "[\"203.0.113.0/24\"]");

    public static FileKey Keys { get; } = new(
        Links, "keys",
        "Keys of signed links. The first signs new links; links of the others still work. 'linnet link --roll' adds a new one.", "none",
        $"[{Hidden}]")
    { IsSecret = true };

    public static FileKey Auth { get; } = new(
        Hooks, "auth", "URL that is asked by POST, as Icecast asks, whether a client may listen or push.", "none",
        "\"https://panel.example/auth\"")
    { IsSecret = true };

    public static FileKey Timeout { get; } = new(Hooks, "timeout", "How long an answer may take, 0.1 to 30 s.", "5 s", "5");

    public static FileKey Cache { get; } = new(
        Hooks, "cache", "How long an answer is remembered for the same client and station, 0 to 3600 s.", "60 s", "60");

    public static FileKey OnFailure { get; } = new(
        Hooks, "on-failure", "What happens to a client if there is no answer: \"deny\" or \"admit\".", "deny", "\"deny\"");

    public static FileKey Roles { get; } = new(
        Accounts, "roles",
        "What the account may do: listen, push, control and admin, each for all stations, or for one as in push:live.", "none",
        "[\"listen\", \"push:live\"]");

    public static FileKey PasswordHash { get; } = new(
        Accounts, "password-hash", "Hash of the password, from 'linnet user add'.", "no password", Hidden)
    { IsSecret = true };

    public static FileKey StreamToken { get; } = new(
        Accounts, "stream-token",
        "A second password, for RTSP without TLS alone: cameras and players use it by Digest. 'linnet user add --stream-token' makes one.",
        "none", Hidden)
    { IsSecret = true };

    public static FileKey TokenHashes { get; } = new(
        Accounts, "token-hashes", "Hashes of tokens for the API, from 'linnet user token'.", "none", $"[{Hidden}]")
    { IsSecret = true };

    /// <summary>The keys, in the order in which the documentation lists them.</summary>
    public static IReadOnlyList<FileKey> All { get; } =
        [Listen, Allow, Deny, Keys, Auth, Timeout, Cache, OnFailure, Roles, PasswordHash, StreamToken, TokenHashes];

    /// <summary>The tables that only have such keys, except those of accounts.</summary>
    public static IReadOnlyList<string> Tables { get; } = [Access, Links, Hooks];

    /// <summary>The account whose table this is; <see langword="null"/>: it is another table.</summary>
    public static string? AccountIn(string table) =>
        table.StartsWith(Accounts + ".", StringComparison.Ordinal) ? table[(Accounts.Length + 1)..] : null;

    /// <summary>Whether a table has such keys and no others.</summary>
    public static bool IsTable(string table) => table == Accounts || AccountIn(table) is not null || Tables.Contains(table);

    /// <summary>The key, as it is written in a table; <see langword="null"/>: there is none.</summary>
    public static FileKey? Find(string table, string name) => In(table).FirstOrDefault(key => key.Names.Contains(name));

    /// <summary>The valid names in a table.</summary>
    public static IEnumerable<string> NamesIn(string table) => In(table).SelectMany(static key => key.Names);

    private static IEnumerable<FileKey> In(string table)
    {
        string of = AccountIn(table) is not null ? Accounts : ConfigKeys.StationIn(table) is not null ? ConfigKeys.Defaults : table;
        return All.Where(key => key.Table == of && table != Accounts);
    }
}
