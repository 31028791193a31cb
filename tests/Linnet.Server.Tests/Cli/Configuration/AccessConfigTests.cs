using Linnet.Access;
using Linnet.Cli;
using Linnet.Cli.Configuration;

namespace Linnet.Server.Tests.Cli.Configuration;

/// <summary>What the configuration file says of who may listen and push.</summary>
public sealed class AccessConfigTests : IDisposable
{
    // Of the password "correct horse".
    private const string Hash = "AQAAAAIAAYagAAAAEBESExQVFhcYGRobHB0eHyBdA2IhM3eeHSCWBvwpTh+hOi1tb/pmlesKlO+Ik1Fgug==";

    private const string Key = "a1:AAECAwQFBgcICQoLDA0ODw==";

    private const string Tone = "\n[stations.jazz]\nsource = \"tone\"\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-access-").FullName;
    private readonly FakeShell _shell = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("roles = [\"lissten\"]", "'lissten' is not a role: use listen, push, control or admin, for one station as in push:live. "
        + "Did you mean 'listen'?")]
    [InlineData("roles = [\"listen:jaz\"]", "The role listen:jaz is for a station that does not exist. Did you mean 'jazz'?")]
    [InlineData("roles = []", "accounts.ann.roles must not be empty: write [\"listen\"], for example.")]
    [InlineData("roles = \"listen\"", "accounts.ann.roles must be a list of texts, such as [\"one\", \"two\"].")]
    [InlineData("roles = [\"listen\"]\nrole = 1", "There is no key 'accounts.ann.role'. Did you mean 'roles'?")]
    [InlineData("password-hash = \"topsecret\"",
        "accounts.ann.password-hash must be the hash of a password, not the password itself: run 'linnet user add ann'")]
    [InlineData("password = \"topsecret\"", "accounts.ann.password: the file has hashes, not passwords. Run 'linnet user add ann'.")]
    [InlineData("password-hash-file = \"none\"", "There is no file '")]
    [InlineData("password-hash = \"" + Hash + "\"\npassword-hash-file = \"x\"",
        "accounts.ann.password-hash and accounts.ann.password-hash-file both set the value: use only one of them.")]
    [InlineData("stream-token = \"short\"", "accounts.ann.stream-token must have at least 12 characters: run 'linnet user add ann --")]
    [InlineData("token-hashes = [\"topsecret\"]",
        "accounts.ann.token-hashes must have SHA-256 hashes in hexadecimal: run 'linnet user token")]
    public void A_mistake_in_an_account_is_told_with_its_line(string keys, string says)
    {
        int line = 2 + keys.Split('\n').Length;

        AssertSays($"version = 1\n[accounts.ann]\n{keys}" + Tone, line, says);
    }

    [Theory]
    [InlineData("[accounts.ann]\nroles = [\"listen\"]", 2, "The account ann has neither a password nor a token: run 'linnet user add ann'")]
    [InlineData("[accounts.ann]\npassword-hash = \"" + Hash + "\"", 2, "The account ann can do nothing: add roles = [\"listen\"]")]
    [InlineData("[accounts.\"a b\"]\nroles = [\"listen\"]", 2, "'a b' is not a valid account name: use letters, digits,")]
    [InlineData("[accounts.ann]\nroles = [\"listen\"]\n[accounts.ann]", 4,
        "The table [accounts.ann] is given twice; the first is in line 2.")]
    [InlineData("[access]\nallow = [\"10.0.0.0/40\"]", 3,
        "'10.0.0.0/40' is not a valid value for access.allow: use a network or an address")]
    [InlineData("[access]\ndeny = \"10.0.0.0/8\"", 3, "access.deny must be a list of texts")]
    [InlineData("[acces]\nallow = []", 2, "There is no table [acces]. Did you mean 'access'? The tables are server,")]
    [InlineData("[access]\nalow = []", 3, "There is no key 'access.alow'. Did you mean 'allow'?")]
    [InlineData("[links]\nkeys = [\"a1:c2hvcnQ=\"]", 3,
        "links.keys has the key a1 with 5 bytes, and a key needs at least 16: run 'linnet link")]
    [InlineData("[links]\nkeys = [\"topsecret\"]", 3, "links.keys must have keys such as \"a1:BASE64\"")]
    [InlineData("[links]\nkeys = [\"" + Key + "\", \"" + Key + "\"]", 3, "links.keys has two keys named a1: give each a different name.")]
    [InlineData("[hooks]\nauth = \"ftp://u:topsecret@h/\"", 3,
        "hooks.auth must be an http or https URL, such as https://panel.example/auth.")]
    [InlineData("[hooks]\ntimeout = 5", 3, "hooks.timeout needs hooks.auth beside it.")]
    [InlineData("[hooks]\nauth = \"http://h/\"\ntimeout = 31", 4, "hooks.timeout must be 0.1 to 30 s, such as 3, 3s or 3000ms.")]
    [InlineData("[hooks]\nauth = \"http://h/\"\ncache = \"2h\"", 4, "hooks.cache must be 0 to 3600 s")]
    [InlineData("[hooks]\nauth = \"http://h/\"\non-failure = \"allow\"", 4, "hooks.on-failure must be \"deny\" or \"admit\".")]
    [InlineData("[defaults]\nlisten = \"all\"", 3, "defaults.listen must be \"anyone\" or \"accounts\".")]
    [InlineData("[defaults]\nlisten = \"accounts\"", 3,
        "defaults.listen lets no client listen to jazz: add an account with the role listen")]
    [InlineData("[push]\npassword = \"abc\"", 3, "The password of push.password must have at least 4 characters.")]
    public void A_mistake_is_told_with_its_line(string text, int line, string says) =>
        AssertSays("version = 1\n" + text + Tone, line, says);

    [Fact]
    public void Accounts_networks_links_the_hook_and_closed_stations_are_read()
    {
        File.WriteAllText(Path.Join(_folder, "token"), "a-stream-token\n");
        File.WriteAllText(Path.Join(_folder, "keys"), $"{Key}\nold:AAECAwQFBgcICQoLDA0ODw==\n");

        AccessOptions access = Read(
            $$"""
            version = 1
            [access]
            allow = ["10.0.0.0/8", "2001:db8::1"]
            deny = ["10.1.0.0/16"]
            [links]
            keys-file = "keys"
            [hooks]
            auth = "https://panel.example/auth"
            timeout = "500ms"
            cache = 0
            on-failure = "admit"
            [defaults]
            listen = "accounts"
            [accounts.ann]
            password-hash = "{{Hash}}"
            stream-token-file = "token"
            roles = ["listen", "push:live"]
            [accounts."ops@radio.example"]
            token-hashes = ["{{new string('a', 64)}}"]
            roles = ["admin"]
            [stations.jazz]
            source = "tone"
            [stations.live]
            source = "push"
            [stations.open]
            source = "tone"
            listen = "anyone"
            """).Request!.Server.Access;

        Account ann = access.Accounts[0];
        Assert.Equal(
            ("ann", Hash, "a-stream-token", "listen push:live"),
            (ann.Name, ann.PasswordHash, ann.StreamToken, string.Join(' ', ann.Roles)));
        Assert.Equal(["ops@radio.example"], access.Accounts.Skip(1).Select(static account => account.Name));
        Assert.Equal(["jazz", "live"], access.ClosedStations);
        Assert.Equal("a1 old", string.Join(' ', access.LinkKeys));
        Assert.Equal(16, access.LinkKeys[0].Secret.Length);
        Assert.Equal("10.0.0.0/8 2001:db8::1/128", string.Join(' ', access.AllowedNetworks));
        Assert.Equal("10.1.0.0/16", string.Join(' ', access.DeniedNetworks));
        Assert.Equal((0.5, 0, true), (access.Hook!.Timeout.TotalSeconds, access.Hook.CacheTime.TotalSeconds, access.Hook.AdmitsOnFailure));
        Assert.NotNull(access.Verify);
    }

    [Fact]
    public void An_account_with_the_role_push_is_enough_for_a_station_that_accepts_pushes()
    {
        const string Live = "[stations.live]\nsource = \"push\"\n[stations.other]\nsource = \"push\"\n";
        string account = $"version = 1\n[accounts.dj]\npassword-hash = \"{Hash}\"\n";

        Assert.NotNull(Read(account + "roles = [\"push\"]\n" + Live).Request);
        Assert.StartsWith(
            "Pushing to other needs a password",
            Assert.Single(Read(account + "roles = [\"push:live\"]\n" + Live).Problems).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_hides_hashes_tokens_keys_and_the_address_of_the_hook()
    {
        string file = Write(
            $$"""
            version = 1
            [links]
            keys = ["{{Key}}"]
            [hooks]
            auth = "https://user:topsecret@panel.example/auth?topsecret=1"
            cache = 5
            [accounts.ann]
            roles = ["listen:jazz"]
            password-hash = "{{Hash}}"
            stream-token = "topsecret-token"
            token-hashes = ["{{new string('a', 64)}}"]
            [stations.jazz]
            source = "tone"
            listen = "accounts"
            """);

        Assert.Equal(0, await RunAsync("config", "show", file));

        foreach (string secret in (string[])["topsecret", Key[3..], Hash, new string('a', 64)])
        {
            Assert.DoesNotContain(secret, _shell.Output + _shell.Errors, StringComparison.Ordinal);
        }

        Assert.Contains(Line("# keys: (hidden)", 3), _shell.Output, StringComparison.Ordinal);
        Assert.Contains(Line("# [accounts.ann]", 7), _shell.Output, StringComparison.Ordinal);
        Assert.Contains(Line("# roles = [\"listen:jazz\"]", 8), _shell.Output, StringComparison.Ordinal);
        Assert.Contains(Line("listen = \"accounts\"", 14), _shell.Output, StringComparison.Ordinal);
        Assert.Contains("\n# deny: none\n", _shell.Output, StringComparison.Ordinal);

        string Line(string text, int line) => $"\n{text.PadRight(44)} # {file}:{line}\n";
    }

    [Fact]
    public async Task A_file_with_secrets_that_every_user_can_read_is_warned_of()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
            return;
        }

        string token = Path.Join(_folder, "token");
        File.WriteAllText(token, "a-stream-token\n");
        string file = Write(
            $"version = 1\n[accounts.ann]\nroles = [\"listen\"]\npassword-hash = \"{Hash}\"\nstream-token-file = \"token\"{Tone}");
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.SetUnixFileMode(file, Own | UnixFileMode.OtherRead);
        File.SetUnixFileMode(token, Own | UnixFileMode.OtherWrite);

        Assert.Equal(0, await RunAsync("config", "check", file));
        string warned = _shell.Errors;
        File.SetUnixFileMode(file, Own);
        File.SetUnixFileMode(token, Own);
        Assert.Equal(0, await RunAsync("config", "check", file));

        Assert.Contains($"Every user of this machine can read the password in {file} (mode 604).", warned, StringComparison.Ordinal);
        Assert.Contains($"Every user of this machine can change the password in {token} (mode 602).", warned, StringComparison.Ordinal);
        Assert.Equal(warned, _shell.Errors);
    }

    [Theory]
    [InlineData("1234567", true)]
    [InlineData("12345678", false)]
    public async Task A_short_password_for_pushing_is_warned_of(string password, bool isShort)
    {
        string file = Write($"version = 1\n[push]\npassword = \"{password}\"{Tone}");

        Assert.Equal(0, await RunAsync("config", "check", file));

        Assert.Equal(isShort ? 1 : 0, _shell.Errors.Split("The password for pushing is short and can be guessed").Length - 1);
    }

    [Fact]
    public void A_change_is_named_by_the_key_or_the_account_even_if_it_is_in_a_file_with_a_secret()
    {
        string account = $"version = 1\n[accounts.ann]\nroles = [\"listen\"]\nstream-token-file = \"token\"\n";
        File.WriteAllText(Path.Join(_folder, "token"), "a-stream-token\n");
        AccessValues before = Read(account + Tone).Settings.Access.Values;
        File.WriteAllText(Path.Join(_folder, "token"), "another-stream-token\n");

        AccessValues after = Read(account + Tone + "listen = \"accounts\"\n[access]\ndeny = [\"10.0.0.0/8\"]\n").Settings.Access.Values;

        Assert.Equal(["access.deny", "accounts.ann", "stations.jazz.listen"], after.Differences(before).Order(StringComparer.Ordinal));
        Assert.Empty(after.Differences(after));
    }

    private void AssertSays(string text, int line, string says)
    {
        string all = string.Join('\n', Read(text).Problems);

        Assert.Contains($"linnet.toml:{line}: {says}", all, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", all, StringComparison.Ordinal);
    }

    private ServeConfiguration Read(string text) => ServeConfiguration.Read(
        CommandLine.ParseServe(CommandLine.Create(_shell.Shell).Parse(["serve"]), []),
        new ConfigFile("linnet.toml", _folder, text), new Dictionary<string, string>(), _shell.Shell with { Error = TextWriter.Null });

    private string Write(string text)
    {
        string path = Path.Join(_folder, "linnet.toml");
        File.WriteAllText(path, text);
        return path;
    }

    private Task<int> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync(arguments, _shell.Shell, TestContext.Current.CancellationToken);
}
