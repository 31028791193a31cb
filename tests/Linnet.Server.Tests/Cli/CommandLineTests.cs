using Linnet.Cli;

namespace Linnet.Server.Tests.Cli;

public class CommandLineTests
{
    [Theory]
    [InlineData("edge ftp://u:pa55@127.0.0.1", "'ftp://u:***@127.0.0.1' is not the address of a NATS server.")]
    [InlineData("edge ftp://pa55@127.0.0.1", "'ftp://***@127.0.0.1' is not the address of a NATS server.")]
    public async Task A_password_or_a_token_for_NATS_is_hidden_and_a_warning_says_that_others_can_see_it(string commandLine, string says)
    {
        var shell = new FakeShell();

        Assert.Equal(2, await CommandLine.RunAsync(commandLine.Split(' '), shell.Shell, TestContext.Current.CancellationToken));

        Assert.Contains(says, shell.Errors, StringComparison.Ordinal);
        Assert.Contains("can see the password of the NATS server with ps", shell.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("pa55", shell.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pley",
        "There is no command 'pley'. Did you mean 'play'? The commands are demo, serve, edge, config, user, link, play, record, probe, "
            + "devices, formats, completion, help, version.")]
    [InlineData("help pley", "There is no command 'pley'. Did you mean 'play'? The commands are demo, serve, edge, config, user, link,")]
    [InlineData("tune", "There is no command 'tune'. The commands are demo,")]
    [InlineData("serve tone --http-prot 0", "There is no option '--http-prot'. Did you mean '--http-port'? See 'linnet serve --help'.")]
    [InlineData("serve tone --http-prot=0", "Did you mean '--http-port'?")]
    [InlineData("play --hlep", "Did you mean '--help'?")]
    [InlineData("--volume 7", "There is no option '--volume' before a command.")]
    [InlineData("serve", "linnet serve needs [NAME=]SOURCE, or --config FILE. See 'linnet serve --help'.")]
    [InlineData("record", "linnet record needs URL.")]
    [InlineData("record host", "linnet record needs FILE.wav.")]
    [InlineData("completion", "linnet completion needs SHELL.")]
    [InlineData("completion csh", "'csh' is not a supported shell: use one of bash, zsh, fish, pwsh.")]
    [InlineData("record host take.mp3", "let it end in .wav")]
    [InlineData("play a b", "'b' is an unexpected argument. See 'linnet play --help'.")]
    [InlineData("play a rtsp://u:it's@cam", "'rtsp://u:***@cam' is an unexpected argument. See 'linnet play --help'.")]
    [InlineData("rtsp://u:pw@cam", "There is no command 'rtsp://u:***@cam'")]
    [InlineData("play --volume 5 --volume 6", "--volume is given more than once: give it once.")]
    [InlineData("play --profile robust --latency 20",
        "--profile robust lets the buffer follow the network, and --latency fixes it: leave one of them out.")]
    [InlineData("play --volum 7", "There is no option '--volum'. Did you mean '--volume'? See")]
    [InlineData("play --pigeon 7", "There is no option '--pigeon'. See")]
    [InlineData("play --output take.mp3", "'take.mp3' cannot be written: only WAV files can, whose names end in .wav.")]
    [InlineData("play --latency", "--latency needs a value: --latency MS.")]
    [InlineData("play --latency soon", "'soon' is not a valid value for --latency: use 1 to 10000 ms, such as 20, 20ms or 0.02s.")]
    [InlineData("play --latency 11s", "'11s' is not a valid value for --latency: use 1 to 10000 ms")]
    [InlineData("play --latency -5", "'-5' is not a valid value for --latency")]
    [InlineData("play --latency NaN", "'NaN' is not a valid value for --latency")]
    [InlineData("play --profile fast", "use low-latency or balanced or robust")]
    [InlineData("play --seconds 0", "--seconds")]
    [InlineData("play --transport pigeon", "use auto or udp or tcp")]
    [InlineData("play --stats xml", "use json")]
    [InlineData("play a --output - --stats json", "--output - and --stats json both write to standard output")]
    [InlineData("play ftp://host/x", "write rtsp://HOST:PORT/NAME")]
    [InlineData("serve tone --rtsp-port 70000", "--rtsp-port: use 0 to 65535 (0: any free port), or off.")]
    [InlineData("serve tone --rtsp-port off --http-port off", "Every port is off: leave one of them on.")]
    [InlineData("demo --rtsp-port off", "The demo plays over RTSP: leave out --rtsp-port off.")]
    [InlineData("serve tone --https-port 8443", "--https-port needs a certificate: --tls FILE, or --tls self-signed.")]
    [InlineData("serve tone --rtsps-port 0", "--rtsps-port needs a certificate: --tls FILE, or --tls self-signed.")]
    [InlineData("serve tone --tls-key x.pem", "--tls-key needs a certificate: --tls FILE, or --tls self-signed.")]
    [InlineData("serve tone --tls self-signed --tls-key x.pem",
        "--tls-key is for a certificate from a file, and --tls is self-signed.")]
    [InlineData("serve tone --tls x.pem --https-port off --rtsps-port off", "--tls has no port: --https-port and --rtsps-port are off.")]
    [InlineData("serve tone --rtsp-port 8000", "--http-port and --rtsp-port are both 8000: give each its own port.")]
    [InlineData("serve tone --pyaudio --pyaudio-tcp-port 8554", "--rtsp-port and --pyaudio-tcp-port are both 8554")]
    [InlineData("serve tone --tls-name a.example", "--tls-name needs a certificate: --tls FILE, or --tls self-signed.")]
    [InlineData("serve tone --tls self-signed --tls-name a/b", "'a/b' is not a valid value for --tls-name: use a name")]
    [InlineData("serve tone --hls sometimes", "'sometimes' is not a valid value for --hls: use on-demand or always or off")]
    [InlineData("serve tone --hls-segment 0.5", "--hls-segment")]
    [InlineData("serve tone --http-port off --hls always", "--hls is about HTTP, which --http-port off switches off.")]
    [InlineData("serve tone --tls x.pem --https-port 8000", "Two of the HTTP, HTTPS and RTSPS ports are the same")]
    [InlineData("serve tone --tls x.pem --https-redirect perhaps", "use on or off")]
    [InlineData("play rtsps://x --tls-fingerprint 3A", "'3A' is not a valid value for --tls-fingerprint: use a SHA-256 fingerprint")]
    [InlineData("play rtsps://x --tls-fingerprint 3A --tls-ca x.pem", "--tls-fingerprint and --tls-ca both say what to accept")]
    [InlineData("record rtsps://x x.wav --tls-ca none.pem", "There is no file 'none.pem'; check --tls-ca.")]
    [InlineData("serve tone --rtp-port 8557", "use an even port, such as 8556")]
    [InlineData("serve tone --bind nowhere", "--bind")]
    [InlineData("serve tone --pyaudio-tcp-port 1", "--pyaudio-tcp-port needs --pyaudio beside it.")]
    [InlineData("serve tone --pyaudio --pyaudio-udp-port 70000", "use 0 to 65535 (0: any free port), or off")]
    [InlineData("serve tone --pyaudio --pyaudio-tcp-port off --pyaudio-udp-port off", "leave nothing of --pyaudio")]
    [InlineData("serve tone --pyaudio --pyaudio-allow everyone", "use a network or an address, such as 203.0.113.0/24")]
    [InlineData("serve tone --pyaudio --pyaudio-datagram 9001", "use a multiple of 4, such as 9000")]
    [InlineData("serve tone --pyaudio --pyaudio-station jazz --rtsp-port 0 --rtp-port 0 --http-port off",
        "There is no station jazz for PyAudio's programs. Stations: tone.")]
    [InlineData("play localhost --format s16le:44100:2", "--format is for pyaudio-tcp and pyaudio-udp addresses")]
    [InlineData("play pyaudio-tcp://localhost --format s16le", "use ENCODING:RATE:CHANNELS")]
    [InlineData("play pyaudio-udp://localhost --transport tcp", "--transport is for rtsp addresses: pyaudio-udp always uses UDP.")]
    [InlineData("play pyaudio-tcp://localhost/jazz", "is not a valid URL")]
    [InlineData("edge", "linnet edge needs URL.")]
    [InlineData("serve --relay nats://127.0.0.1", "To serve only those of other servers, use 'linnet edge URL'.")]
    [InlineData("serve tone --relay-creds x", "--relay-creds needs --relay URL beside it.")]
    [InlineData("serve tone --node a", "--node needs --relay URL beside it.")]
    [InlineData("serve tone --relay http://127.0.0.1", "'http://127.0.0.1' is not the address of a NATS server.")]
    [InlineData("edge nats://127.0.0.1 --relay-creds none.creds", "There is no file 'none.creds'; check --relay-creds.")]
    [InlineData("edge nats://127.0.0.1 --relay-nkey none.nk", "There is no file 'none.nk'; check --relay-nkey.")]
    [InlineData("edge nats://127.0.0.1 --relay-ca none.pem", "There is no file 'none.pem'; check --relay-ca.")]
    [InlineData("edge nats://127.0.0.1 --relay-creds /etc/passwd --relay-nkey /etc/passwd", "--relay-creds and --relay-nkey are both set")]
    [InlineData("edge nats://127.0.0.1 --relay-replicas 6", "use a whole number from 1 to 5")]
    [InlineData("edge nats://127.0.0.1 --relay-delay soon", "'soon' is not a valid value for --relay-delay: use a time such as 3s")]
    [InlineData("edge nats://127.0.0.1 --relay-delay 3s/1ms", "--relay-delay is 1 ms; it must be between 20 ms and 10 s.")]
    [InlineData("edge nats://127.0.0.1 --node a.b", "--node is 'a.b'; it must have 1 to 64 letters, digits, - and _.")]
    [InlineData("edge nats://127.0.0.1 --public-url radio", "'radio' is not a valid value for --public-url: use an address")]
    [InlineData("edge nats://127.0.0.1 --public-url http://a/,https://b/", "give one of http and https.")]
    [InlineData("edge nats://127.0.0.1 --shuffle", "There is no option '--shuffle'.")]
    [InlineData("serve tone --mp3-bitrate 100", "'100' is not a valid value for --mp3-bitrate: use 8, 16, 24,")]
    [InlineData("serve tone --mp3-bitrate 100kb/s", "'100kb/s' is not a valid value for --mp3-bitrate: use 8, 16, 24,")]
    [InlineData("serve tone --http-port web", "use 0 to 65535 (0: any free port), or off.")]
    [InlineData("serve tone --http-port off --burst 1", "--burst is about HTTP, which --http-port off switches off.")]
    [InlineData("serve tone --burst 60", "--burst: use 0.5 to 10 s, such as 3, 3s or 3000ms.")]
    [InlineData("serve tone --streams mp3,ogg", "ogg")]
    [InlineData("serve tone --trusted-proxy everyone", "is not a valid value for --trusted-proxy: use a network or an address")]
    [InlineData("serve tone --trusted-proxy 0.0.0.0/0", "Name the proxy's own address")]
    [InlineData("serve tone --trusted-proxy ::/0", "Name the proxy's own address")]
    [InlineData("serve tone --metrics-allow everyone", "is not a valid value for --metrics-allow: use a network or an address")]
    [InlineData("serve live=push", "put one into LINNET_PUSH_PASSWORD, or into a file for --push-password-file")]
    [InlineData("serve live=push --push-password-file /nowhere/at/all",
        "There is no password file '/nowhere/at/all'; check --push-password-file.")]
    [InlineData("serve live=push --http-port off", "Pushing to live needs HTTP, which --http-port off switches off")]
    [InlineData("serve tone --push-max-bitrate 1", "--push-max-bitrate: use 8 to 1000000 kb/s")]
    [InlineData("serve - --raw s16le", "use ENCODING:RATE:CHANNELS, such as s16le:48000:2")]
    [InlineData("serve tone song.wav --raw s16le:48000:2", "--raw is for standard input ('-') and named pipes")]
    [InlineData("serve - -", "Only one station can use standard input.")]
    [InlineData("serve tone:x", "use tone:HZ")]
    [InlineData("serve tone --max-lag 0", "--max-lag")]
    [InlineData("serve tone --complexity 11", "--complexity")]
    [InlineData("serve Jazz=tone", "'Jazz' is not a valid station name")]
    [InlineData("serve metrics=tone", "A station cannot be named 'metrics'")]
    [InlineData("serve a=tone a=tone", "Two stations are named 'a'")]
    public async Task An_invalid_command_line_gives_one_sentence_and_exit_code_2(string commandLine, string says)
    {
        var shell = new FakeShell();

        int code = await CommandLine.RunAsync(commandLine.Split(' '), shell.Shell, TestContext.Current.CancellationToken);

        Assert.Equal(2, code);
        Assert.Empty(shell.Output);
        Assert.StartsWith("linnet: ", shell.Errors, StringComparison.Ordinal);
        Assert.Contains(says, shell.Errors, StringComparison.Ordinal);
        Assert.Single(shell.Errors.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("--help", "serve")]
    [InlineData("serve --help", "linnet serve song.wav")]
    [InlineData("serve --help", "linnet serve song.wav --pyaudio")]
    [InlineData("serve --help", "--http-port")]
    [InlineData("serve --help", "More options: linnet serve --help-all")]
    [InlineData("serve --help-all", "--loudness-all")]
    [InlineData("serve --http-port soon --help-all", "--pyaudio-lease")]
    [InlineData("--help-all", "linnet demo")]
    [InlineData("--help-all", "--pyaudio-lease")]
    [InlineData("--help-all", "Usage: linnet probe [URL] [OPTIONS]")]
    [InlineData("play -h", "linnet play 192.168.1.5/jazz")]
    [InlineData("play -h", "linnet play pyaudio-tcp://192.168.1.5")]
    [InlineData("record --help", "linnet record studio.local/jazz/pcm jazz.wav")]
    [InlineData("demo --help", "linnet demo --seconds 10")]
    [InlineData("devices --help", "linnet devices")]
    [InlineData("help", "linnet demo")]
    [InlineData("help serve", "linnet serve song.wav")]
    [InlineData("help version", "linnet version")]
    [InlineData("play --latency soon --help", "--latency")]
    public async Task Help_shows_examples_and_exits_with_success(string commandLine, string shows)
    {
        var shell = new FakeShell();

        int code = await CommandLine.RunAsync(commandLine.Split(' '), shell.Shell, TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Empty(shell.Errors);
        Assert.Contains("Examples:", shell.Output, StringComparison.Ordinal);
        Assert.Contains(shows, shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_command_and_option_show_the_version()
    {
        (FakeShell word, FakeShell option) = (new FakeShell(), new FakeShell());

        Assert.Equal(0, await CommandLine.RunAsync(["version"], word.Shell, TestContext.Current.CancellationToken));
        Assert.Equal(0, await CommandLine.RunAsync(["--version"], option.Shell, TestContext.Current.CancellationToken));

        Assert.Matches("^[0-9]+\\.[0-9]+", word.Output);
        Assert.Equal((option.Output, ""), (word.Output, word.Errors));
    }

    [Theory]
    [InlineData("pl", "play", "serve")]
    [InlineData("play --pro", "--profile", "--latency")]
    [InlineData("play --", "--latency", "play")]
    [InlineData("play --", "--impair", "--loudness")]
    [InlineData("serve --help", "--help-all", "--http-port")]
    [InlineData("play --profile ", "low-latency", "--latency")]
    [InlineData("serve tone --http-port ", "off", "any")]
    [InlineData("help re", "record", "serve")]
    [InlineData("completion ", "zsh", "play")]
    public async Task Completion_offers_the_words_that_may_come_next(string line, string offers, string doesNotOffer)
    {
        var shell = new FakeShell();

        int code = await CommandLine.RunAsync([$"[suggest:{line.Length}]", line], shell.Shell, TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (code, shell.Errors));
        string[] offered = shell.Output.Split('\n', StringSplitOptions.TrimEntries);
        Assert.Contains(offers, offered);
        Assert.DoesNotContain(doesNotOffer, offered);
    }

    [Fact]
    public async Task Bash_completes_commands_options_and_words()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "needs bash");
        var shell = new FakeShell();
        Assert.Equal(0, await CommandLine.RunAsync(["completion", "bash"], shell.Shell, TestContext.Current.CancellationToken));

        const string Ask = """
            ask() { COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_WORDS[0]=$program; COMPREPLY=(); _linnet; echo "${COMPREPLY[*]}"; }
            program=$1; ask linnet pla; ask linnet play --profile bal; ask linnet play --lat; ask linnet devices ""; ask linnet probe --transport u
            """;
        await using LinnetProcess program = LinnetProcess.Start("exec bash -c \"$1\n$2\" bash \"$0\"", [shell.Output, Ask]);

        Assert.Equal("play\nbalanced\n--latency\n\nudp\n", await program.Output.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_empty_command_line_shows_the_help()
    {
        var shell = new FakeShell();

        int code = await CommandLine.RunAsync([], shell.Shell, TestContext.Current.CancellationToken);

        Assert.Equal(2, code);
        Assert.Contains("linnet demo", shell.Output, StringComparison.Ordinal);
    }
}
