using System.CommandLine;
using System.Text;

namespace Linnet.Cli.Configuration;

/// <summary>A configuration file with every key, its meaning, its unit and its default. It is the documentation of the keys.</summary>
internal static class ConfigExample
{
    private const int Width = 100;

    private const string Mark = " Default: ";

    private static readonly (string Table, string Meaning)[] Meanings =
    [
        ("server", "The server as a whole."),
        ("http", "Listeners over HTTP: browsers, players and internet radios. Source clients push here, too."),
        ("rtsp", "Listeners over RTSP: linnet play, ffplay, mpv, VLC, GStreamer."),
        ("tls", "The certificate for HTTPS and RTSPS."),
        ("push", "Source clients, such as butt or ffmpeg, that send the audio of stations with source = \"push\"."),
        ("pyaudio", "The programs of the PyAudio tutorial."),
        ("relay", "Other servers, which are joined over NATS: each of them serves the stations of all."),
        (AccessKeys.Access, "Which networks may connect, whatever the protocol."),
        (AccessKeys.Links, "Signed links, which let those who have them listen for some time ('linnet link')."),
        (AccessKeys.Hooks, "Another service that is asked about each listener and source client."),
        (ConfigKeys.Defaults, "Settings of all stations. A key that is also in the table of a station counts there instead."),
    ];

    /// <summary>Writes the file.</summary>
    public static void Write(TextWriter output)
    {
        Comment(
            output,
            "The configuration of 'linnet serve'. All keys are here, each with an example; the comment gives the default. Remove the # "
                + "before those to change.");
        Comment(
            output,
            "An option of the command line comes before the environment variable, and that before this file. Relative paths begin in this "
                + "file's folder, and ~ is the home folder. 'linnet config check FILE' finds mistakes, and 'linnet config show FILE' "
                + "shows what is in effect.");
        output.WriteLine();
        output.WriteLine($"{ConfigKeys.Version} = {ConfigKeys.ThisVersion}");
        foreach ((string table, string meaning) in Meanings)
        {
            output.WriteLine();
            Comment(output, meaning);
            output.WriteLine($"[{table}]");
            foreach (ConfigKey key in ConfigKeys.All.Where(key => key.Table == table))
            {
                output.WriteLine();
                Comment(output, $"{MeaningOf(key)} Default: {DefaultOf(key)}. ({key.Option.Name}, {key.Variable})");
                output.WriteLine($"#{key.Name} = {key.Example}");
            }

            WriteFileKeys(table, output);
        }

        output.WriteLine();
        Comment(
            output,
            "One table for each station. Its name is in its addresses: rtsp://HOST:8554/jazz and http://HOST:8000/jazz.mp3. The first "
                + "station is also at the server's root.");
        Comment(
            output,
            "The source is a file, a folder, a playlist, \"-\" for standard input, \"tone\", \"mic\", \"push\" or the address of another "
                + "server. The fallback, a file, folder, playlist or tone, plays while a pushed or relayed station gets no audio.");
        output.WriteLine($"[{ConfigKeys.Stations}.jazz]");
        output.WriteLine($"{ConfigKeys.Source} = \"tone\"");
        output.WriteLine("#shuffle = true");
        output.WriteLine();
        output.WriteLine($"#[{ConfigKeys.Stations}.live]");
        output.WriteLine($"#{ConfigKeys.Source} = \"push\"");
        output.WriteLine($"#{ConfigKeys.Fallback} = \"tone\"");
        output.WriteLine();
        Comment(output, "One table for each account. 'linnet user add NAME --role ROLE' asks for the password and writes the table.");
        output.WriteLine($"#[{AccessKeys.Accounts}.ann]");
        WriteFileKeys(AccessKeys.Accounts, output);
    }

    private static void WriteFileKeys(string table, TextWriter output)
    {
        foreach (FileKey key in AccessKeys.All.Where(key => key.Table == table))
        {
            output.WriteLine();
            Comment(output, $"{key.Meaning} {(key.IsSecret
                ? $"Or in a file: {key.Name}{FileKey.FileEnd} = \"FILE\". " : "")}Default: {key.Default}.");
            output.WriteLine($"#{key.Name} = {key.Example}");
        }
    }

    /// <summary>The default of a key, in words, with its unit.</summary>
    public static string DefaultOf(ConfigKey key) =>
        key.Option is Option<bool> ? "false"
        : key.IsSecret ? "none"
        : key.Option.Description is { } text && text.LastIndexOf(Mark, StringComparison.Ordinal) is > 0 and var at
            ? ConfigKeys.Reword(text[(at + Mark.Length)..].TrimEnd('.'), key.Table)
        : "none";

    private static string MeaningOf(ConfigKey key)
    {
        string text = key.Option.Description ?? "";
        int end = text.LastIndexOf(Mark, StringComparison.Ordinal);
        text = (end > 0 ? text[..end] : text).Replace(" May be repeated.", "", StringComparison.Ordinal);
        return ConfigKeys.Reword(text, key.Table);
    }

    private static void Comment(TextWriter output, string text)
    {
        var line = new StringBuilder("#");
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 1 && line.Length + 1 + word.Length > Width)
            {
                output.WriteLine(line);
                line.Clear().Append('#');
            }

            line.Append(' ').Append(word);
        }

        output.WriteLine(line);
    }
}
