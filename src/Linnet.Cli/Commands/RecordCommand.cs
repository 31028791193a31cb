using System.CommandLine;
using Linnet.Cli.Help;
using Linnet.Receive;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet record URL FILE.wav</c>.</summary>
internal static class RecordCommand
{
    private static readonly Argument<string> Url =
        new("URL")
        {
            Description = $"Station to record: {ServerAddress.Forms}.",
        };

    private static readonly Argument<string> FilePath =
        new("FILE.wav") { Description = "WAV file to write. An existing file is replaced." };

    private static readonly Option<string?> Transport = Ask.Transport();

    private static readonly Option<string?> Format = Ask.Format();

    private static readonly Option<bool> NoReconnect = Ask.Flag(
        "--no-reconnect", "Exit with an error if the connection is lost. Without it, linnet tries again.");

    private static readonly Option<double?> Seconds = Ask.Seconds("Stop after this much audio, in seconds.");

    private static readonly Option<string?> Stats = Ask.Stats();

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "record",
            "Record a station to a WAV file. /pcm is recorded bit for bit.",
            ("linnet record studio.local/jazz/pcm jazz.wav", "lossless, until Ctrl-C or the end"),
            ("linnet record studio.local jazz.wav --seconds 60", "one minute of the first station"),
            ("linnet record https://radio.example/live.mp3 live.wav", "an internet radio"))
        {
            Url, FilePath,
        };
        command.Add(new OptionGroup("Options", [Seconds, Transport, NoReconnect, Stats, Format], []));
        command.Add(new OptionGroup("TLS", [], TrustOptions.All));
        command.SetAction((parsed, cancellationToken) => PlaySession.RunAsync(Read(parsed), shell, cancellationToken));
        return command;
    }

    internal static PlayRequest Read(ParseResult parsed)
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
            Trust = TrustOptions.Read(parsed),

            // A recording is in no hurry: packets may come late.
            Profile = ReceiverProfile.Robust,
            Transport = parsed.GetValue(Transport) ?? "auto",
            Output = file,

            // Bit for bit, whatever keys are pressed.
            HasVolume = false,
            Reconnects = !parsed.GetValue(NoReconnect),
            Duration = parsed.GetValue(Seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            WantsJson = parsed.GetValue(Stats) is not null,
        };
    }
}
