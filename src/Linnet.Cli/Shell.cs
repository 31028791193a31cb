using Linnet.Cli.Outputs;
using Linnet.Cli.Panels;
using Linnet.Wire;

namespace Linnet.Cli;

/// <summary>The program's environment: its streams, its clock, and whether a user is watching.</summary>
/// <param name="Out">Standard output, for results, the panel and JSON.</param>
/// <param name="Error">Standard error, for errors, and for notices that must not mix with results.</param>
/// <param name="Time">The clock of all parts of the program.</param>
/// <param name="IsTerminal">Whether standard output is a terminal that can redraw.</param>
/// <param name="HasKeys">Whether standard input is a terminal whose keys can be read.</param>
/// <param name="IsDebugging">Whether errors show their stack trace (LINNET_DEBUG=1).</param>
internal sealed record Shell(TextWriter Out, TextWriter Error, TimeProvider Time, bool IsTerminal, bool HasKeys, bool IsDebugging)
{
    /// <summary>Whether standard output of this process is a terminal that can redraw.</summary>
    public static bool HasTerminal => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") switch
    {
        "dumb" => false,
        _ when OperatingSystem.IsWindows() => WindowsConsole.OfThisProcess is { CanRedraw: true },
        null or "" => false,
        _ => true,
    };

    /// <summary>Standard input, for text. At a terminal, keys are read instead.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Whether the program has all rights on this machine, which an attacker would gain, too.</summary>
    public bool IsPrivileged { get; init; }

    /// <summary>Creates the shell of this process.</summary>
    /// <param name="outputs">The outputs to use. Not disposed.</param>
    public static Shell OfThisProcess(ProgramOutputs outputs) => new(
        outputs.Out,
        outputs.Error,
        TimeProvider.System,
        HasTerminal,
        !Console.IsInputRedirected,
        Environment.GetEnvironmentVariable("LINNET_DEBUG") == "1")
    {
        In = Console.In,
        IsPrivileged = Environment.IsPrivilegedProcess,
    };

    /// <summary>Prints a sentence on standard error, in the form of all messages. Passwords in addresses are hidden.</summary>
    public void Say(string sentence) => Error.WriteLine($"linnet: {Text.Printable(ShownAddress.InText(sentence))}");

    /// <summary>Waits until a result that is useless in part, such as help or a report, is fully written.</summary>
    /// <param name="cancellationToken">Stops waiting for the reader.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task DeliverAsync(CancellationToken cancellationToken)
    {
        Out.Flush();
        if (Out is QueuedWriter { Queue: { } queue } && await queue.WrittenAsync().WaitAsync(cancellationToken) is { } problem)
        {
            // A closed terminal has no reader any more, like a closed pipe.
            throw StandardStream.HasNoReader(problem) ? new IOException(problem.Message, StandardStream.BrokenPipe)
                : new IOException($"Standard output cannot be written: {problem.Message}.", problem);
        }
    }
}
