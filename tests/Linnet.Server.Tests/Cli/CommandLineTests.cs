using Linnet.Cli;

namespace Linnet.Server.Tests.Cli;

public class CommandLineTests
{
    [Theory]
    [InlineData("pley", "There is no command 'pley': the commands are demo, serve, play, record, probe, devices.")]
    [InlineData("serve", "SOURCE")]
    [InlineData("record host", "FILE.wav")]
    [InlineData("record host take.mp3", "let it end in .wav")]
    [InlineData("play a b", "'b'")]
    [InlineData("play --volum 7", "There is no option '--volum'.")]
    [InlineData("play --latency", "--latency")]
    [InlineData("play --latency soon", "'soon' is no value for --latency: it takes a number from 1 to 10000.")]
    [InlineData("play --latency -5", "'-5' is no value for --latency")]
    [InlineData("play --latency NaN", "'NaN' is no value for --latency")]
    [InlineData("play --profile fast", "it takes low-latency or balanced or robust")]
    [InlineData("play --seconds 0", "--seconds")]
    [InlineData("play --transport pigeon", "it takes auto or udp or tcp")]
    [InlineData("play --stats xml", "it takes json")]
    [InlineData("play ftp://host/x", "write rtsp://HOST:PORT/NAME")]
    [InlineData("serve tone --rtsp-port 70000", "--rtsp-port: it takes a whole number from 0 to 65535")]
    [InlineData("serve tone --rtp-port 8557", "it takes an even port, as in 8556")]
    [InlineData("serve tone --bind nowhere", "--bind")]
    [InlineData("serve tone --pyaudio-tcp-port 1", "--pyaudio-tcp-port needs --pyaudio beside it.")]
    [InlineData("serve tone --pyaudio --pyaudio-udp-port 70000", "it takes a whole number from 0 to 65535")]
    [InlineData("serve tone --pyaudio --pyaudio-tcp-port 0 --pyaudio-udp-port 0", "leave nothing of --pyaudio")]
    [InlineData("serve tone --pyaudio --pyaudio-allow everybody", "it takes a network or an address, as in 203.0.113.0/24")]
    [InlineData("serve tone --pyaudio --pyaudio-datagram 9001", "it takes a multiple of 4, as in 9000")]
    [InlineData("serve tone --pyaudio --pyaudio-station jazz --rtsp-port 0 --rtp-port 0 --http-port 0", "There is no station jazz for PyAudio's programs. Stations: tone.")]
    [InlineData("play localhost --format s16le:44100:2", "--format is for pyaudio-tcp and pyaudio-udp addresses")]
    [InlineData("play pyaudio-tcp://localhost --format s16le", "write ENCODING:RATE:CHANNELS")]
    [InlineData("play pyaudio-udp://localhost --transport tcp", "--transport is for rtsp addresses")]
    [InlineData("play pyaudio-tcp://localhost/jazz", "is no address to listen at")]
    [InlineData("serve tone --http-port web", "it takes a whole number from 0 to 65535, or 'any'")]
    [InlineData("serve tone --http-port 0 --burst 1", "--burst is about HTTP, which --http-port 0 switches off.")]
    [InlineData("serve tone --burst 60", "--burst: it takes a number from 0.5 to 10")]
    [InlineData("serve tone --streams mp3,ogg", "ogg")]
    [InlineData("serve tone --metrics-allow everybody", "is no value for --metrics-allow: it takes a network or an address")]
    [InlineData("serve live=push", "put one into LINNET_PUSH_PASSWORD, or into a file for --push-password-file")]
    [InlineData("serve live=push --push-password-file /nowhere/at/all", "The password cannot be read")]
    [InlineData("serve live=push --http-port 0", "which --http-port 0 switches off: nobody could push to live")]
    [InlineData("serve tone --push-max-bitrate 1", "--push-max-bitrate: it takes a number from 8 to 1000000")]
    [InlineData("serve - --raw s16le", "write ENCODING:RATE:CHANNELS, such as s16le:48000:2")]
    [InlineData("serve - -", "Standard input can feed one station only.")]
    [InlineData("serve tone:x", "write tone:HZ")]
    [InlineData("serve tone --max-lag 0", "--max-lag")]
    [InlineData("serve tone --complexity 11", "--complexity")]
    [InlineData("serve Jazz=tone", "'Jazz' is not a name for a station")]
    [InlineData("serve metrics=tone", "A station cannot be named 'metrics'")]
    [InlineData("serve a=tone a=tone", "Two stations are named 'a'")]
    public async Task Nonsense_is_refused_in_one_sentence_with_exit_code_2(string commandLine, string says)
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
    [InlineData("serve --help", "--loudness-all")]
    [InlineData("play -h", "linnet play 192.168.1.5/jazz")]
    [InlineData("play -h", "linnet play pyaudio-tcp://192.168.1.5")]
    [InlineData("record --help", "linnet record studio.local/jazz/pcm jazz.wav")]
    [InlineData("demo --help", "linnet demo --seconds 10")]
    [InlineData("devices --help", "linnet devices")]
    [InlineData("play --latency soon --help", "--latency")]
    public async Task Help_shows_examples_and_ends_well(string commandLine, string shows)
    {
        var shell = new FakeShell();

        int code = await CommandLine.RunAsync(commandLine.Split(' '), shell.Shell, TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Empty(shell.Errors);
        Assert.Contains("Examples:", shell.Output, StringComparison.Ordinal);
        Assert.Contains(shows, shell.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_command_at_all_shows_the_help()
    {
        var shell = new FakeShell();

        int code = await CommandLine.RunAsync([], shell.Shell, TestContext.Current.CancellationToken);

        Assert.Equal(2, code);
        Assert.Contains("linnet demo", shell.Output, StringComparison.Ordinal);
    }
}
