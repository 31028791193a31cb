using System.Text.RegularExpressions;
using Linnet.Access;
using Linnet.Cli;
using Linnet.Cli.Configuration;

namespace Linnet.Server.Tests.Cli.Configuration;

/// <summary><c>linnet user</c>, with a configuration file and without.</summary>
public sealed partial class UserCommandTests : IDisposable
{
    private const string Commented =
        "# radio\nversion = 1\n\n[stations.jazz] # the first\nsource = \"tone\"\n\n# The boss.\n[accounts.ann]\nroles = [\"admin\"] # all\n"
            + "stream-token = \"a-stream-token\"\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-user-").FullName;
    private readonly FakeShell _shell = new();

    private string FilePath => Path.Join(_folder, "linnet.toml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Without_a_file_the_table_is_printed_and_is_a_correct_part_of_one()
    {
        string[] words = ["user", "add", "ann", "--role", "listen", "--role", "push:live", "--stream-token"];
        Assert.Equal(0, await RunAsync("correct horse\n", words));

        string table = string.Join('\n', _shell.Output.Split('\n').SkipWhile(static line => !line.StartsWith('[')));
        File.WriteAllText(FilePath, $"version = 1\n[stations.live]\nsource = \"push\"\n{table}");
        Account ann = Assert.Single(ReadAccess().Accounts);
        Assert.Equal(("ann", "listen push:live"), (ann.Name, string.Join(' ', ann.Roles)));
        Assert.True(AccountPasswords.Verify(ann.PasswordHash!, "correct horse"u8));
        Assert.Equal(20, ann.StreamToken!.Length);
    }

    [Fact]
    public async Task An_account_is_added_to_a_file_whose_comments_mode_and_every_other_byte_stay()
    {
        File.WriteAllText(FilePath, Commented);
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(FilePath, mode);
        }

        Assert.Equal(0, await RunAsync("correct horse", "user", "add", "bob", "--role", "listen:jazz", "--config", FilePath));

        string[] added = Added().Match(File.ReadAllText(FilePath)[Commented.Length..]).Groups.Values.Select(static g => g.Value).ToArray();
        Assert.Equal(2, added.Length);
        Assert.StartsWith(Commented, File.ReadAllText(FilePath), StringComparison.Ordinal);
        Assert.True(AccountPasswords.Verify(added[1], "correct horse"u8));
        Assert.Contains($"Added bob in {FilePath}.", _shell.Output, StringComparison.Ordinal);
        Assert.Equal([FilePath], Directory.GetFiles(_folder));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(mode, File.GetUnixFileMode(FilePath));
        }
    }

    [Fact]
    public async Task A_changed_password_leaves_the_roles_and_the_tokens_as_they_are()
    {
        File.WriteAllText(FilePath, Commented);

        Assert.Equal(0, await RunAsync("first password\n", "user", "add", "ann", "--config", FilePath));
        Assert.Equal(0, await RunAsync("second password\n", "user", "add", "ann", "--config", FilePath));

        string text = File.ReadAllText(FilePath);
        Assert.Equal(Commented, Regex.Replace(text, "password-hash = .*\n", ""));
        Assert.True(AccountPasswords.Verify(Assert.Single(ReadAccess().Accounts).PasswordHash!, "second password"u8));
    }

    [Fact]
    public async Task A_link_to_the_file_stays_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows gives few users links");
        string target = Path.Join(_folder, "target.toml");
        File.WriteAllText(target, Commented);
        File.CreateSymbolicLink(FilePath, target);

        Assert.Equal(0, await RunAsync("correct horse\n", "user", "add", "bob", "--role", "listen", "--config", FilePath));

        Assert.Equal(target, File.ResolveLinkTarget(FilePath, true)?.FullName);
        Assert.Contains("[accounts.bob]", File.ReadAllText(target), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_another_program_changes_meanwhile_is_left_alone()
    {
        File.WriteAllText(FilePath, Commented);
        var input = new ChangingReader(() => File.AppendAllText(FilePath, "# changed\n"));

        Assert.Equal(2, await CommandLine.RunAsync(
            ["user", "add", "bob", "--role", "listen", "--config", FilePath], _shell.Shell with { In = input },
            TestContext.Current.CancellationToken));

        Assert.Contains("has changed meanwhile, so nothing was written: run the command again.", _shell.Errors, StringComparison.Ordinal);
        Assert.Equal(Commented + "# changed\n", File.ReadAllText(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_token_is_printed_once_and_only_its_hash_is_kept()
    {
        File.WriteAllText(FilePath, Commented);

        Assert.Equal(0, await RunAsync("", "user", "token", "ann", "--config", FilePath));
        Assert.Equal(0, await RunAsync("", "user", "token", "ann", "--config", FilePath));

        string[] tokens = [.. _shell.Output.TrimEnd().Split('\n').Select(static line => line[(line.LastIndexOf(' ') + 1)..])];
        Assert.Equal(2, tokens.Distinct().Count());
        Assert.All(tokens, token => Assert.DoesNotContain(token, File.ReadAllText(FilePath), StringComparison.Ordinal));
        Account ann = Assert.Single(ReadAccess().Accounts, static account => account.Name == "ann");
        Assert.All(tokens, token => Assert.Contains(ApiToken.HashOf(token), ann.TokenHashes));
    }

    [Fact]
    public async Task Accounts_are_listed_without_secrets_and_removed()
    {
        File.WriteAllText(FilePath, Commented);

        Assert.Equal(0, await RunAsync("", "user", "list", "--config", FilePath));
        Assert.Equal(0, await RunAsync("", "user", "remove", "ann", "--config", FilePath));

        Assert.StartsWith("NAME  ROLES  HAS\nann   admin  stream token\n", _shell.Output, StringComparison.Ordinal);
        Assert.Equal(Commented[..(Commented.IndexOf("# The boss.\n", StringComparison.Ordinal) + 12)], File.ReadAllText(FilePath));
    }

    [Theory]
    [InlineData("user", "linnet user needs ACTION.")]
    [InlineData("user ad ann", "There is no 'ad'. Did you mean 'add'? Use one of: add, remove, list, token.")]
    [InlineData("user add", "linnet user add needs NAME.")]
    [InlineData("user add a:b", "'a:b' is not a valid account name: use letters, digits,")]
    [InlineData("user add bob", "linnet user add needs --role: what may bob do? For example --role listen.")]
    [InlineData("user add bob --role lissten", "'lissten' is not a role: use listen, push, control or admin")]
    [InlineData("user add bob --role listen:jaz", "The role listen:jaz is for a station that does not exist. Did you mean 'jazz'?")]
    [InlineData("user add bob --role listen", "The password must have at least 8 characters", "short\n")]
    [InlineData("user add bob --role listen", "The password must have at least 8 characters", "")]
    [InlineData("user remove bob", "There is no account bob in ")]
    [InlineData("user token an", "There is no account an in ")]
    public async Task A_mistake_changes_nothing(string commandLine, string says, string password = "correct horse\n")
    {
        File.WriteAllText(FilePath, Commented);
        string[] words = [.. commandLine.Split(' '), "--config", FilePath];

        Assert.Equal(2, await RunAsync(password, words));

        Assert.Contains(says, _shell.Errors, StringComparison.Ordinal);
        Assert.Equal(Commented, File.ReadAllText(FilePath));
    }

    [Fact]
    public async Task A_change_that_a_server_would_refuse_is_not_written()
    {
        string text = "version = 1\n[stations.jazz]\nsource = \"tone\"\nlisten = \"accounts\"\n"
            + "[accounts.ann]\nroles = [\"listen\"]\nstream-token = \"a-stream-token\"\n";
        File.WriteAllText(FilePath, text);

        Assert.Equal(2, await RunAsync("", "user", "remove", "ann", "--config", FilePath));

        Assert.Contains("stations.jazz.listen lets no client listen to jazz", _shell.Errors, StringComparison.Ordinal);
        Assert.Contains($"Nothing was written to {FilePath}.", _shell.Errors, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(FilePath));
    }

    private AccessOptions ReadAccess() => ServeConfiguration.Read(
        CommandLine.ParseServe(CommandLine.Create(_shell.Shell).Parse(["serve"]), []), ConfigFile.Read(FilePath),
        new Dictionary<string, string>(), _shell.Shell with { Error = TextWriter.Null }).Settings.Access.Options;

    private Task<int> RunAsync(string input, params string[] arguments) => CommandLine.RunAsync(
        arguments, _shell.Shell with { In = new StringReader(input) }, TestContext.Current.CancellationToken);

    [GeneratedRegex("^\n\\[accounts\\.bob\\]\nroles = \\[\"listen:jazz\"\\]\npassword-hash = \"([^\"]+)\"\n$")]
    private static partial Regex Added();

    // A pipe from which a password comes after something else has happened.
    private sealed class ChangingReader(Action change) : TextReader
    {
        private readonly StringReader _line = new("correct horse\n");
        private bool _hasChanged;

        public override int Read()
        {
            if (!_hasChanged)
            {
                _hasChanged = true;
                change();
            }

            return _line.Read();
        }
    }
}
