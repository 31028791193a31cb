using System.Net;
using System.Text.RegularExpressions;
using Linnet.Cli;
using Linnet.Cli.Commands;
using Linnet.Cli.Configuration;

namespace Linnet.Server.Tests.Cli.Configuration;

/// <summary>What the configuration file, the environment and the command line mean, and what is said of mistakes.</summary>
public sealed partial class ConfigTests : IDisposable
{
    private const string Tone = "\n[stations.jazz]\nsource = \"tone\"\n";

    private const string Deep =
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";

    private readonly string _folder = Directory.CreateTempSubdirectory("linnet-config-").FullName;
    private readonly FakeShell _shell = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("version = 1\n[server]\nmax-listner = 5", ":3: There is no key 'server.max-listner'. Did you mean 'max-listeners'?")]
    [InlineData("version = 1\nport = 80", ":2: There is no key 'port'. Keys are in tables, such as port in [http].")]
    [InlineData("version = 1\n[htpp]\nport = 80", ":2: There is no table [htpp]. Did you mean 'http'? The tables are server, http, rtsp,")]
    [InlineData("version = 1\n[http]\nport = 70000", ":3: '70000' is not a valid value for http.port: use 0 to 65535")]
    [InlineData("version = 1\n[http]\nport = true", ":3: http.port must be a number.")]
    [InlineData("version = 1\n[http]\nport = 1\nport = 2", ":4: http.port is given twice; the first is in line 3. Keep one.")]
    [InlineData("version = 1\n[http]\nport = 1\n[http]\nburst = 2", ":4: The table [http] is given twice; the first is in line 2.")]
    [InlineData("version = 1\n[http]\nburst = 60", ":3: '60' is not a valid value for http.burst: use 0.5 to 10 s")]
    [InlineData("version = 1\n[http]\nport = \"off\"\nburst = 2", ":4: http.burst is about HTTP, which http.port off switches off.")]
    [InlineData("version = 1\n[rtsp]\nrtp-port = 8557", ":3: 8557 is not a valid value for rtsp.rtp-port: use an even port, such as 8556.")]
    [InlineData("version = 1\n[server]\nbind = \"here\"", ":3: 'here' is not a valid value for server.bind: use one of this machine's IP")]
    [InlineData("version = 1\n[server]\nbind = 5", ":3: server.bind must be a text in quotes.")]
    [InlineData("version = 1\n[server]\ntrusted-proxies = [\"0.0.0.0/0\"]", ":3: '0.0.0.0/0' is not a valid value for server.")]
    [InlineData("version = 1\n[server]\ntrusted-proxies = [1]", ":3: server.trusted-proxies must be a list of texts")]
    [InlineData("version = 1\n[pyaudio]\nstation = \"jazz\"", ":3: pyaudio.station needs pyaudio.enabled beside it.")]
    [InlineData("version = 1\n[push]\npassword-file = \"none\"", ":3: There is no password file '")]
    [InlineData("version = 1\n[push]\npassword = \"a\"\npassword-file = \"b\"", ":3: push.password and push.password-file both set")]
    [InlineData("version = 1\n[defaults]\nshuffle = \"yes\"", ":3: defaults.shuffle must be true or false.")]
    [InlineData("version = 1\n[defaults]\nart-url = \"logo.png\"", ":3: 'logo.png' is not a valid value for defaults.art-url: use an http")]
    [InlineData("version = 1\n[defaults]\nmp3-bitrate = 129", ":3: '129' is not a valid value for defaults.mp3-bitrate: use 8, 16, 24,")]
    [InlineData("version = 1\n[defaults]\nstreams = [\"mp3\", \"mp9\"]", ":3: 'mp9' is not a rendition: choose mp3,")]
    [InlineData("version = 1\n[defaults]\nsource = \"tone\"", ":3: There is no key 'defaults.source'.")]
    [InlineData("version = 1\n[stations.Jazz]\nsource = \"tone\"", ":2: 'Jazz' is not a valid station name: use a to z, 0 to 9 and -")]
    [InlineData("version = 1\n[stations.a]\nsource = \"tone:x\"", ":3: 'tone:x' is not a valid tone")]
    [InlineData("version = 1\n[stations.a]\nsource = \"no.wav\"", ":3: There is no file or folder '")]
    [InlineData("version = 1\n[stations.a]\nsource = 5", ":3: stations.a.source must be a text in quotes.")]
    [InlineData("version = 1\n[stations.a]\nlive = true", ":2: The station a has no source: add source = \"song.wav\"")]
    [InlineData("version = 1\n[stations.a]\nsource = \"push\"\nfallback = \"mic\"", ":4: 'a=mic' cannot be a fallback")]
    [InlineData("version = 1\n[stations.a]\nsource = \"tone\"\nfallback = \"tone\"", ":4: 'a=tone' is a fallback for no station")]
    [InlineData("version = 1\n[stations.a]\nsource = \"tone\"\nraw = \"s16le:48000:2\"", ":4: stations.a.raw is for standard input ('-')")]
    [InlineData("version = 1\n[stations.a]\nsource = \"tone\"\nraw = \"s16\"", ":4: ")]
    [InlineData("version = 1\n[stations.metrics]\nsource = \"tone\"", ":3: A station cannot be named 'metrics'")]
    [InlineData("version = 1\n[[stations]]\nsource = \"tone\"", ":2: Write [stations] with single brackets")]
    [InlineData("version = 1\n[stations.a]\nsource = \"tone", ":3: This is not TOML (at column ")]
    [InlineData("version = 1\n[http]\nport =", ":3: This is not TOML (at column ")]
    [InlineData("version = 1\n[http\nport = 1", ":2: This is not TOML (at column 6). Write a table as [stations.jazz].")]
    [InlineData("version = 1\n[stations.a]\nsource = \"C:\\Users\"", ":3: This is not TOML (at column 15). In double quotes write each \\")]
    [InlineData("version = 1\n[push]\npassword = topsecret", ":3: This is not TOML (at column 12). Write key = value,")]
    [InlineData("version = 1\n[push]\npassword = \"\"", ":3: push.password must not be empty: leave the line out for the default.")]
    [InlineData("version = 1\n[server]\nbind = \"\"", ":3: server.bind must not be empty")]
    [InlineData("version = 1\n[server]\nuser = \"\"", ":3: server.user must not be empty")]
    [InlineData("version = 1\n[server]\ntrusted-proxies = [\"\"]", ":3: server.trusted-proxies must not have an empty text in it.")]
    [InlineData("version = 1\n[defaults]\nstreams = []", ":3: defaults.streams must not be empty")]
    [InlineData("version = 1\n[push]\npassword-file = \"a\\u0000b\"", ":3: push.password-file must be a path.")]
    [InlineData("version = 1\n[stations.a]\nsource = \"\"", ":3: stations.a.source must be a text in quotes.")]
    [InlineData("version = 1\n[stations.a]\nsource = \"a=http://u:topsecret@h/a\"", ":3: 'a=http://u:***@h/a' is no address that Linnet")]
    [InlineData("version = 1\na = " + Deep, ":1: This is not TOML that Linnet reads: its values are nested too deeply.")]
    [InlineData("[http]\nport = 80", ":1: The version is missing: begin the file with version = 1.")]
    [InlineData("version = 2", ":1: This file is of version 2, and this Linnet reads version 1: update Linnet.")]
    [InlineData("version = \"1\"", ":1: There is only version 1: write version = 1.")]
    public void A_mistake_is_told_with_its_line(string text, string says)
    {
        string all = string.Join('\n', Read(text.Contains("stations", StringComparison.Ordinal) ? text : text + Tone).Problems);

        Assert.Contains("linnet.toml" + says, all, StringComparison.Ordinal);
        Assert.DoesNotContain("--", all, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version = 1", "There is no station: add a table such as [stations.jazz] with source = \"song.wav\".")]
    [InlineData("version = 1\n[stations.a]\nsource = \"push\"", "Pushing to a needs a password")]
    [InlineData("version = 1\n[stations.a]\nsource = \"-\"\n[stations.b]\nsource = \"-\"", "Only one station can use standard input.")]
    public void A_mistake_of_the_whole_is_told(string text, string says) =>
        Assert.StartsWith(says, Assert.Single(Read(text).Problems).ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task All_mistakes_are_told_at_once_in_the_order_of_the_file()
    {
        string file = Write(
            """
            version = 1
            [server]
            bind = "here"
            max-listner = 5
            trusted-proxies = ["10.0.0.0/8", "x"]
            [http]
            port = 70000
            [rtsp]
            rtp-port = 8557
            [stations.jazz]
            source = "nofile.mp3"
            shufle = true
            mp3-bitrate = 129
            """);

        Assert.Equal(2, await RunAsync("config", "check", file));
        Assert.Equal(2, await RunAsync("serve", "--config", file));

        string[] lines = _shell.Errors.TrimEnd().Split('\n');
        Assert.Equal(lines[..(lines.Length / 2)], lines[(lines.Length / 2)..]);
        Assert.Equal(
            [3, 4, 5, 7, 9, 11, 12, 13],
            lines[..(lines.Length / 2)].Select(static line => int.Parse(Line().Match(line).Groups[1].Value, null)));
    }

    [Fact]
    public void The_example_is_correct_has_every_key_and_stays_so_with_all_keys_set()
    {
        using var written = new StringWriter();
        ConfigExample.Write(written);
        string example = written.ToString();

        Assert.NotNull(Read(example).Request);
        foreach (ConfigKey key in ConfigKeys.All)
        {
            string after = example[example.IndexOf($"\n[{key.Table}]\n", StringComparison.Ordinal)..];
            Assert.Matches($"^\n\\[{key.Table}\\]\n(\n(#.*\n)+)*?\n(# .*\n)+#{key.Name} = ", after);
            Assert.Contains(key.Variable, example, StringComparison.Ordinal);
        }

        foreach (FileKey key in AccessKeys.All)
        {
            string after = example[example.IndexOf($"[{key.Table}", StringComparison.Ordinal)..];
            Assert.Matches($"^\\[{key.Table}(\\.ann)?\\]\n(\n(#.*\n)+)*?\n(# .*\n)+#{key.Name} = ", after);
        }

        // Two keys for one password or certificate, and a format that no station can use, are the only ones that do not fit together.
        // Secrets have dots in their place, which are refused: nothing that is public must protect a server.
        string all = SetKey().Replace(example, "$1").Replace("password = ", "#", StringComparison.Ordinal);
        all = all.Replace("raw = ", "#", StringComparison.Ordinal).Replace("tls-fingerprint = ", "#", StringComparison.Ordinal);
        all = all.Replace("nkey = ", "#", StringComparison.Ordinal);
        File.WriteAllText(Path.Join(_folder, "tls-password"), "secret\n");
        using var authority = new TestAuthority();
        File.WriteAllText(Path.Join(_folder, "studio-ca.pem"), authority.Certificate.ExportCertificatePem());
        Assert.Equal(4, Read(all).Problems.Count(static p => p.Text.Contains("run 'linnet ", StringComparison.Ordinal)));
        all = all.Replace("password-hash = \"...", $"password-hash = \"{AccountPasswords.Hash("password")}", StringComparison.Ordinal);
        all = all.Replace("token = \"...", "token = \"a-stream-token", StringComparison.Ordinal);
        all = all.Replace("token-hashes = [\"...", $"token-hashes = [\"{ApiToken.HashOf("token")}", StringComparison.Ordinal);
        all = all.Replace("keys = [\"...", "keys = [\"a1:AAECAwQFBgcICQoLDA0ODw==", StringComparison.Ordinal);
        File.WriteAllText(Path.Join(_folder, "push-password"), "secret\n");
        Array.ForEach(["relay.creds", "nats-ca.pem"], name => File.WriteAllText(Path.Join(_folder, name), ""));
        ServeConfiguration set = Read(all);
        Assert.Empty(set.Problems);
        Assert.Equal(["jazz", "live"], set.Request!.Stations.Select(static s => s.Name));
    }

    [Fact]
    public void The_documentation_has_the_example()
    {
        using var written = new StringWriter();
        ConfigExample.Write(written);

        string page = File.ReadAllText(Path.Join(ReadmeTests.RepositoryRoot, "docs", "configuration.md"));
        Assert.Contains(written.ToString(), page, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_comes_before_a_variable_and_that_before_the_file_and_a_station_before_the_defaults()
    {
        const string Text =
            """
            version = 1
            [http]
            port = 1001
            burst = 1
            max-buffer = 10
            [defaults]
            opus-bitrate = 40
            opus-complexity = 4
            shuffle = true
            [stations.jazz]
            source = "tone"
            opus-bitrate = 50
            shuffle = false
            [stations.news]
            source = "tone"
            """;

        ServeRequest request = Read(
            Text, new() { ["LINNET_HTTP_PORT"] = "1002", ["LINNET_BURST"] = "2", ["LINNET_COMPLEXITY"] = "5" },
            "--http-port", "1003").Request!;

        Assert.Equal(1003, request.Http!.Port);
        Assert.Equal(2, request.Server.Sender.Streams.Burst.TotalSeconds);
        Assert.Equal(2, request.Stations[0].Options.StreamPreRoll.TotalSeconds);
        Assert.Equal(10 << 20, request.Server.Radio!.MaxBufferBytes);
        Assert.Equal([("jazz", 50_000, 5, false), ("news", 40_000, 5, true)], request.Stations.Select(
            static s => (s.Name, s.Options.OpusBitRate, s.Options.OpusComplexity, s.Shuffles)));
    }

    [Fact]
    public void An_empty_variable_counts_as_not_set()
    {
        ServeConfiguration read = Read("version = 1\n[http]\nport = 1001" + Tone, new() { ["LINNET_HTTP_PORT"] = "" });

        Assert.Equal(1001, read.Request!.Http!.Port);
    }

    [Fact]
    public void What_is_switched_off_by_a_higher_level_makes_its_details_no_mistake()
    {
        string text = "version = 1\n[http]\nburst = 2\n[pyaudio]\nenabled = false\nstation = \"jazz\"" + Tone;

        Assert.Null(Read(text, [], "--http-port", "off").Request!.Http);
        Assert.Null(Read(text, new() { ["LINNET_HTTP_PORT"] = "off" }).Request!.Server.PyAudio);
    }

    [Fact]
    public void A_fallback_and_a_station_of_the_command_line_are_added_to_the_file()
    {
        ServeRequest request = Read(
            "version = 1\n[push]\npassword = \"hackme\"\n[stations.live]\nsource = \"push\"\nfallback = \"tone:1\"", [],
            "b=tone", "--fallback", "live=tone:500").Request!;

        Assert.Equal(["live", "b"], request.Stations.Select(static s => s.Name));
        Assert.Equal(500, request.Stations[0].Source.Fallback!.Frequency);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public void A_server_whose_stations_all_play_once_ends_with_them(string once, bool ends) =>
        Assert.Equal(ends, Read($"version = 1\n[defaults]\nonce = {once}" + Tone).Request!.Server.EndsWithStations);

    [Fact]
    public void A_password_of_higher_precedence_replaces_a_password_file()
    {
        string text = "version = 1\n[push]\npassword-file = \"none\"" + Tone;

        Assert.Equal("variable", Read(text, new() { ["LINNET_PUSH_PASSWORD"] = "variable" }).Request!.Server.Push.Password);
        Assert.Equal("option", Read(text, [], "--push-password", "option").Request!.Server.Push.Password);
    }

    [Fact]
    public void Relative_paths_begin_in_the_folder_of_the_file()
    {
        File.WriteAllText(Path.Join(_folder, "song.wav"), "");
        Directory.CreateDirectory(Path.Join(_folder, "music"));

        ServeRequest request = Read(
            "version = 1\n[push]\npassword = \"hackme\"\n[stations.a]\nsource = \"song.wav\"\n"
                + "[stations.b]\nsource = \"push\"\nfallback = \"music\"")
            .Request!;

        Assert.Equal(Path.Join(_folder, "song.wav"), request.Stations[0].Source.Location);
        Assert.Equal(Path.Join(_folder, "music"), request.Stations[1].Source.Fallback!.Location);
    }

    [Fact]
    public void A_wrong_variable_is_told_by_its_name_and_a_misspelt_one_gets_a_hint()
    {
        ServeConfiguration wrong = Read("version = 1" + Tone, new() { ["LINNET_MAX_LAG"] = "abc", ["LINNET_SHUFFLE"] = "maybe" });

        Assert.Equal(
            [
                "LINNET_SHUFFLE: The value must be true or false.",
                "LINNET_MAX_LAG: 'abc' is not a valid value for LINNET_MAX_LAG: use 0.1 to 60 s, such as 3, 3s or 3000ms.",
            ],
            wrong.Problems.Select(static p => p.ToString()).OrderByDescending(static p => p));
        Assert.Equal(
            ["The variable LINNET_HTPP_PORT has no meaning. Did you mean 'LINNET_HTTP_PORT'?"],
            ConfigVariables.Hints(new Dictionary<string, string>
            {
                ["LINNET_HTPP_PORT"] = "",
                ["LINNET_BIND"] = "",
                ["LINNET_DEBUG"] = "",
                ["LINNET_SERVICE_HOST_OF_KUBERNETES"] = "",
            }));
    }

    [Fact]
    public async Task Show_tells_where_each_value_comes_from_and_hides_passwords()
    {
        string file = Write(
            "version = 1\n[push]\npassword = \"topsecret\"\n[stations.jazz]\n"
                + "source = \"http://u:pass@radio.example/a.mp3\"\nshuffle = true\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead);
        }

        Assert.Equal(0, await RunAsync("config", "show", file, "--http-port", "8123"));

        Assert.Contains(Line("port = 8123", "--http-port"), _shell.Output, StringComparison.Ordinal);
        Assert.Contains(Line("# password: (hidden)", $"{file}:3"), _shell.Output, StringComparison.Ordinal);
        Assert.Contains(Line("source = \"http://u:***@radio.example/a.mp3\"", $"{file}:5"), _shell.Output, StringComparison.Ordinal);
        Assert.Contains(Line("shuffle = true", $"{file}:6"), _shell.Output, StringComparison.Ordinal);
        Assert.Contains("\n# rtp-port: 8556\n", _shell.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", _shell.Output + _shell.Errors, StringComparison.Ordinal);

        // What is shown is a configuration file again.
        Assert.Equal(0, await RunAsync("config", "check", Write(_shell.Output)));

        static string Line(string text, string origin) => $"\n{text.PadRight(44)} # {origin}\n";
    }

    [Theory]
    [InlineData("config", "linnet config needs ACTION.")]
    [InlineData("config chek", "There is no 'chek'. Did you mean 'check'? Use one of: check, show, example.")]
    [InlineData("config check /nowhere/linnet.toml", "There is no configuration file '/nowhere/linnet.toml'.")]
    [InlineData("config check /dev/zero", "is no configuration file: it is longer than 1 MiB.")]
    [InlineData("config check /usr/bin/env", "is no configuration file: it is not UTF-8 text.")]
    [InlineData("serve --config /tmp", "'/tmp' is a folder: name the configuration file in it.")]
    public async Task A_file_that_is_none_is_told(string commandLine, string says)
    {
        Assert.Equal(2, await RunAsync(commandLine.Split(' ')));

        Assert.Contains(says, Assert.Single(_shell.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_no_server_could_use_is_a_mistake()
    {
        string file = Write("version = 1\n[tls]\ncertificate = \"none.pem\"\nkey = \"key.pem\"" + Tone);

        Assert.Equal(2, await RunAsync("config", "check", file));

        Assert.Equal(
            $"linnet: {file}:3: There is no file '{Path.Join(_folder, "none.pem")}' with the certificate.", _shell.Errors.TrimEnd());
    }

    [Fact]
    public async Task A_file_in_the_working_folder_is_never_taken()
    {
        Write("version = 1" + Tone);
        await using LinnetProcess serve = LinnetProcess.Start("exec \"$0\" \"$@\"", ["serve"], _folder);

        Assert.Equal(2, await serve.ExitAsync());
        Assert.Contains("linnet serve needs [NAME=]SOURCE", await serve.Errors.ReadToEndAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    private ServeConfiguration Read(string text, Dictionary<string, string>? environment = null, params string[] flags) =>
        ServeConfiguration.Read(
            CommandLine.ParseServe(CommandLine.Create(_shell.Shell).Parse(["serve"]), flags),
            new ConfigFile("linnet.toml", _folder, text), environment ?? [], _shell.Shell with { Error = TextWriter.Null });

    private string Write(string text)
    {
        string path = Path.Join(_folder, "linnet.toml");
        File.Delete(path);
        File.WriteAllText(path, text);
        return path;
    }

    private Task<int> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync(arguments, _shell.Shell, TestContext.Current.CancellationToken);

    [GeneratedRegex("linnet\\.toml:([0-9]+): ")]
    private static partial Regex Line();

    [GeneratedRegex("^#([a-z\\[])", RegexOptions.Multiline)]
    private static partial Regex SetKey();
}
