using System.CommandLine;
using Linnet.Receive;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet record URL FILE.wav</c>.</summary>
internal static class RecordCommand
{
    private static readonly Argument<string> Url =
        new("URL")
        {
            Description =
            "What to record: HOST, HOST/NAME, HOST:PORT/NAME, rtsp://HOST:PORT/NAME, http://HOST:8000/, pyaudio-tcp://HOST or "
                + "pyaudio-udp://HOST."
        };

    private static readonly Argument<string> FilePath =
        new("FILE.wav") { Description = "The WAV file to write. One that exists is replaced." };

    private static readonly Option<string?> Transport = Ask.Choice(
        "--transport", "How packets come. auto, the default: UDP, and TCP if nothing arrives.", "auto", "udp", "tcp");

    private static readonly Option<string?> Format = Ask.Format();

    private static readonly Option<bool> NoReconnect =
        Ask.Flag("--no-reconnect", "End with an error when the server is gone, instead of trying again.");

    private static readonly Option<double?> Seconds = Ask.Seconds("End after so many seconds of sound.");

    private static readonly Option<string?> Stats = Ask.Stats();

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "record",
            "Writes a station into a WAV file. /pcm is recorded bit for bit as it was sent.",
            ("linnet record studio.local/jazz/pcm jazz.wav", "until Ctrl-C or the end, without any loss"),
            ("linnet record studio.local jazz.wav --seconds 60", "a minute of the first station"))
        {
            Url, FilePath, Transport, Format, NoReconnect, Seconds, Stats,
        };
        command.SetAction((parsed, cancellationToken) => PlaySession.RunAsync(Read(parsed), shell, cancellationToken));
        return command;
    }

    private static PlayRequest Read(ParseResult parsed)
    {
        string file = parsed.GetRequiredValue(FilePath);
        if (!file.EndsWith(".wav", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"'{file}' is no name for a WAV file: let it end in .wav.");
        }

        Uri address = ServerAddress.Parse(parsed.GetRequiredValue(Url));
        return new PlayRequest(address)
        {
            Format = Ask.ReadFormat(parsed.GetValue(Format), address),

            // Who records is in no hurry: a packet may come late.
            Profile = ReceiverProfile.Robust,
            Transport = parsed.GetValue(Transport) ?? "auto",
            Output = file,
            Reconnects = !parsed.GetValue(NoReconnect),
            Duration = parsed.GetValue(Seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            WantsJson = parsed.GetValue(Stats) is not null,
        };
    }
}
