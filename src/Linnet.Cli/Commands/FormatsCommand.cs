using System.CommandLine;
using Linnet.Cli.Help;
using Linnet.Codecs;
using Linnet.Codecs.Ffmpeg;
using Linnet.Native;

namespace Linnet.Cli.Commands;

/// <summary><c>linnet formats</c>.</summary>
internal static class FormatsCommand
{
    private const string Nothing = "-";

    private static readonly string[] Headings = ["FORMAT", "READ BY", "ENCODED BY", "TO ADD"];

    public static Command Create(Shell shell)
    {
        var command = new ExampleCommand(
            "formats",
            "List the formats that linnet reads and encodes on this machine, with what, and how to add the others.",
            ("linnet formats", "what works here, and what to install for more"));
        command.SetAction(async (_, cancellationToken) =>
        {
            Write(CodecTable.Current, shell.Out);
            await shell.DeliverAsync(cancellationToken);
            return ExitCode.Ended;
        });
        return command;
    }

    /// <summary>Writes the table, and how to add what is missing.</summary>
    internal static void Write(CodecTable codecs, TextWriter output)
    {
        string[][] lines = [Headings, .. codecs.Rows.Select(Line)];
        int[] widths = [.. Headings.Select((_, i) => lines.Max(line => line[i].Length) + 2)];
        foreach (string[] line in lines)
        {
            output.WriteLine(string.Concat(line.Select((text, i) => text.PadRight(widths[i]))).TrimEnd());
        }

        string[] notes = [.. Notes(codecs)];
        if (notes.Length > 0)
        {
            output.WriteLine();
        }

        foreach (string note in notes)
        {
            output.WriteLine(note);
        }
    }

    private static string[] Line(CodecRow row) =>
        [row.Format, row.Read.Provider ?? Nothing, row.Encode.Provider ?? Nothing, string.Join(", ", ToAdd(row))];

    // One library may do both: "libFLAC (faster, encodes)".
    private static IEnumerable<string> ToAdd(CodecRow row) =>
        new[] { (Part: row.Read.ToAdd, Gain: GainOf(row.Read, "reads")), (Part: row.Encode.ToAdd, Gain: GainOf(row.Encode, "encodes")) }
            .Where(static add => add.Part is not null)
            .GroupBy(static add => add.Part!.Name, static add => add.Gain)
            .Select(static part => $"{part.Key} ({string.Join(", ", part.Distinct())})");

    private static string GainOf(CodecUse use, string verb) =>
        use.Provider is null ? verb : use.IsManaged ? "faster" : $"instead of {use.Provider}";

    private static IEnumerable<string> Notes(CodecTable codecs)
    {
        if (codecs.IsManagedOnly)
        {
            yield return $"{CodecChoice.Variable}={CodecChoice.Managed} turns off the C libraries (lib...).";
        }
        else if (codecs.Missing is { Count: > 0 } missing)
        {
            yield return $"To add the libraries: {NativeLibraries.HowToAdd(missing)}";
        }

        if (codecs.LacksFfmpeg)
        {
            yield return $"To add ffmpeg: {FfmpegProcess.HowToInstall}";
        }
    }
}
