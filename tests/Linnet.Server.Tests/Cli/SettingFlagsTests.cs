using Linnet.Cli;
using Linnet.Cli.Panels;
using Linnet.Serving;
using Linnet.Transports;
using Microsoft.Extensions.Logging;

namespace Linnet.Server.Tests.Cli;

/// <summary>The library's messages name settings; the program names its options.</summary>
public class SettingFlagsTests
{
    private readonly FakeShell _shell = new();

    [Theory]
    [InlineData("StationServerOptions.Bind", null, "--bind")]
    [InlineData("StationServerOptions.RtspPort", null, "--rtsp-port")]
    [InlineData("StationServerOptions.RtpPort", null, "--rtp-port")]
    [InlineData("RadioHostOptions.Bind", null, "--bind")]
    [InlineData("RadioHostOptions.Port", null, "--http-port")]
    [InlineData("RadioHostOptions.Port", "off", "--http-port off")]
    [InlineData("RadioHostOptions.HttpsPort", null, "--https-port")]
    [InlineData("RadioHostOptions.RtspsPort", null, "--rtsps-port")]
    [InlineData("PlayerOptions.Trust", null, "--tls-fingerprint or --tls-ca")]
    [InlineData("PyAudioServerOptions.TcpPort", null, "--pyaudio-tcp-port")]
    [InlineData("PyAudioServerOptions.UdpPort", null, "--pyaudio-udp-port")]
    [InlineData("PyAudioServerOptions.AllowedNetworks", null, "--pyaudio-allow")]
    [InlineData("PlayerOptions.RawFormat", null, "--format")]
    [InlineData("PlayerOptions.Transport", "auto", "--transport auto")]
    [InlineData("PlayerOptions.Transport", "tcp", "--transport tcp")]
    public async Task Each_setting_that_a_library_message_names_has_an_option(string setting, string? value, string option)
    {
        await CommandLine.RunAsync(["version"], _shell.Shell, TestContext.Current.CancellationToken);

        Assert.Equal(option, SettingFlags.Find(new SettingAdvice(setting, value)));
        Assert.Equal(
            $"TCP port 1 is taken; choose another with {option}.",
            Failure.Explain(new PortException("TCP port 1 is taken; choose another.") { Advice = new(setting, value) }));
        Assert.Equal(
            $"Nothing came. Is it allowed? See {option}.",
            Failure.Explain(new TransportException("Nothing came. Is it allowed?") { Advice = new(setting, value) }));
    }

    [Fact]
    public async Task Log_lines_name_the_option_too()
    {
        await CommandLine.RunAsync(["version"], _shell.Shell, TestContext.Current.CancellationToken);
        using var log = new DisplayLogger(_shell.Shell, LogLevel.Information);

        var noPorts = new TransportException("No two UDP ports.") { Advice = new("PlayerOptions.Transport", "tcp") };
        Log(901, "No two UDP ports. Trying again in 1 s", noPorts);
        Log(742, "Nothing comes", null);
        Log(1701, "It may not push", null);
        Log(500, "Nothing helps", new IOException("Broken."));

        Assert.EndsWith(
            """
            linnet: No two UDP ports. Trying again in 1 s (--transport tcp)
            linnet: Nothing comes (--transport auto)
            linnet: It may not push (--push-takeover)
            linnet: Nothing helps

            """,
            _shell.Errors.ReplaceLineEndings("\n"), StringComparison.Ordinal);

        void Log(int id, string sentence, Exception? cause) =>
            log.Log(LogLevel.Warning, new EventId(id), sentence, cause, static (text, _) => text);
    }
}
