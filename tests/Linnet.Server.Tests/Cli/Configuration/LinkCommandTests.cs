using Linnet.Access;
using Linnet.Cli;
using Linnet.Cli.Configuration;

namespace Linnet.Server.Tests.Cli.Configuration;

/// <summary><c>linnet link</c>: signed links, and their keys.</summary>
public sealed class LinkCommandTests : IDisposable
{
    private const string Closed =
        "version = 1\n# links\n[links]\nkeys = [\"a1:AAECAwQFBgcICQoLDA0ODw==\"] # one\n[http]\nport = 8001\n[rtsp]\nport = 8555\n"
            + "[stations.jazz]\nsource = \"tone\"\nlisten = \"accounts\"\n[stations.open]\nsource = \"tone\"\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-link-").FullName;
    private readonly FakeShell _shell = new();

    private string FilePath => Path.Join(_folder, "linnet.toml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Links_are_printed_for_each_protocol_and_end_when_they_are_to()
    {
        File.WriteAllText(FilePath, Closed);
        long before = _shell.Shell.Time.GetUtcNow().ToUnixTimeSeconds();

        Assert.Equal(0, await RunAsync("link", "jazz", "--for", "2h", "--host", "radio.example", "--config", FilePath));

        string[] urls = _shell.Output.TrimEnd().Split('\n');
        string token = new Uri(urls[0]).Segments[1].Trim('/', '~');
        Assert.Equal([$"http://radio.example:8001/~{token}/jazz.mp3", $"rtsp://radio.example:8555/~{token}/jazz"], urls);
        Assert.Equal(LinkProblem.None, SignedLink.Read(token, ReadKeys(), out SignedLink? link));
        Assert.Equal(("a1", "jazz", 0), (link!.Key, link.Station, link.Renditions.Count));
        Assert.InRange(link.Expires, before + 7200, before + 7260);
        Assert.Equal("", _shell.Errors);
    }

    [Fact]
    public async Task Addresses_under_TLS_come_first_and_a_port_that_is_off_has_none()
    {
        File.WriteAllText(
            FilePath, Closed.Replace(
                "[http]\nport = 8001", "[tls]\ncertificate = \"self-signed\"\n[http]\nport = \"off\"", StringComparison.Ordinal));

        Assert.Equal(0, await RunAsync("link", "jazz", "--host", "h", "--config", FilePath));

        Assert.Equal(
            ["https://h:8443", "rtsps://h:8322", "rtsp://h:8555"],
            _shell.Output.TrimEnd().Split('\n').Select(static url => url[..url.IndexOf("/~", StringComparison.Ordinal)]));
    }

    [Fact]
    public async Task A_link_for_some_renditions_has_a_path_for_each()
    {
        File.WriteAllText(FilePath, Closed);

        Assert.Equal(0, await RunAsync("link", "jazz", "--renditions", "mp3-64,opus", "--host", "h", "--config", FilePath));

        Assert.Equal(
            ["http://h:8001/jazz-64.mp3", "http://h:8001/jazz.opus", "rtsp://h:8555/jazz/opus"],
            _shell.Output.TrimEnd().Split('\n').Select(static url => string.Concat(url.Split('/').Where(static p => !p.StartsWith('~'))
                .Select(static (part, i) => i == 0 ? part : "/" + part))));
    }

    [Fact]
    public async Task A_rolled_key_comes_first_and_the_links_of_the_old_one_stay_valid()
    {
        File.WriteAllText(FilePath, Closed);
        Assert.Equal(0, await RunAsync("link", "jazz", "--host", "h", "--config", FilePath));
        string old = new Uri(_shell.Output.Split('\n')[0]).Segments[1].Trim('/', '~');

        Assert.Equal(0, await RunAsync("link", "--roll", "--config", FilePath));
        Assert.Equal(0, await RunAsync("link", "--roll", "--config", FilePath));

        IReadOnlyList<LinkKey> keys = ReadKeys();
        Assert.Equal(3, keys.Select(static key => key.Id).Distinct().Count());
        Assert.Equal("a1", keys[2].Id);
        Assert.Equal(32, keys[0].Secret.Length);
        Assert.Contains($"{FilePath} now signs links with the key {keys[0].Id}.", _shell.Output, StringComparison.Ordinal);
        Assert.Equal(LinkProblem.None, SignedLink.Read(old, keys, out _));
        string[] changed = File.ReadAllText(FilePath).Split('\n');
        Assert.Equal(Closed.Split('\n').Where(static (_, i) => i != 3), changed.Where(static (_, i) => i != 3));
        Assert.EndsWith(", \"a1:AAECAwQFBgcICQoLDA0ODw==\"] # one", changed[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_key_is_printed_as_a_line_of_the_file()
    {
        File.WriteAllText(FilePath, Closed);

        Assert.Equal(0, await RunAsync("link", "--new-key", "--config", FilePath));

        Assert.Equal(Closed, File.ReadAllText(FilePath));
        File.WriteAllText(FilePath, $"version = 1\n[links]\n{_shell.Output}[stations.jazz]\nsource = \"tone\"\n");
        Assert.Single(ReadKeys());
    }

    [Theory]
    [InlineData("link", "linnet link needs STATION, or --roll for a new key.")]
    [InlineData("link jaz", "There is no station jaz in ")]
    [InlineData("link jazz --renditions mp9", "jazz has no rendition 'mp9'. Did you mean 'mp3'? It has mp3, mp3-64, opus,")]
    [InlineData("link jazz --for soon", "'soon' is not a valid value for --for: use 1 to 315360000 s")]
    public async Task A_mistake_is_told(string commandLine, string says)
    {
        File.WriteAllText(FilePath, Closed);

        Assert.Equal(2, await RunAsync([.. commandLine.Split(' '), "--config", FilePath]));

        Assert.Contains(says, _shell.Errors, StringComparison.Ordinal);
        Assert.Equal("", _shell.Output);
    }

    [Fact]
    public async Task Without_a_key_there_is_no_link_and_for_an_open_station_none_is_needed()
    {
        File.WriteAllText(FilePath, Closed);
        Assert.Equal(0, await RunAsync("link", "open", "--config", FilePath));
        File.WriteAllText(FilePath, "version = 1\n[stations.open]\nsource = \"tone\"\n");
        Assert.Equal(2, await RunAsync("link", "open", "--config", FilePath));

        Assert.Equal(
            [
                "linnet: open is open to everyone; listen = \"accounts\" in its table closes it.",
                $"linnet: There is no key for links in {FilePath}: 'linnet link --roll' adds one.",
            ],
            _shell.Errors.TrimEnd().Split('\n'));
    }

    private IReadOnlyList<LinkKey> ReadKeys() => ServeConfiguration.Read(
        CommandLine.ParseServe(CommandLine.Create(_shell.Shell).Parse(["serve"]), []), ConfigFile.Read(FilePath),
        new Dictionary<string, string>(), _shell.Shell with { Error = TextWriter.Null }).Settings.Access.Options.LinkKeys;

    private Task<int> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync(arguments, _shell.Shell, TestContext.Current.CancellationToken);
}
