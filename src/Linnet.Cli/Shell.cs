using Linnet.Cli.Outputs;
using Linnet.Cli.Panels;
using Linnet.Wire;

namespace Linnet.Cli;

/// <summary>What the program was started in: its streams, its clock and whether people watch.</summary>
/// <param name="Out">Standard output: results, the panel, JSON.</param>
/// <param name="Error">Standard error: what went wrong, and notices that must not mix with results.</param>
/// <param name="Time">The clock of everything that runs.</param>
/// <param name="IsTerminal">Whether standard output is a terminal that can redraw.</param>
/// <param name="HasKeys">Whether standard input is a terminal whose keys can be read.</param>
/// <param name="IsDebugging">Whether errors show their stack trace (LINNET_DEBUG=1).</param>
internal sealed record Shell(TextWriter Out, TextWriter Error, TimeProvider Time, bool IsTerminal, bool HasKeys, bool IsDebugging)
{
    /// <summary>Whether standard output of this process is a terminal that can redraw.</summary>
    public static bool HasTerminal =>
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    /// <summary>Whether the program may do all there is to do on this machine. Those who attack it would, too.</summary>
    public bool IsPrivileged { get; init; }

    /// <summary>This process's.</summary>
    /// <param name="outputs">Its outputs. Not disposed.</param>
    public static Shell OfThisProcess(ProgramOutputs outputs) => new(
        outputs.Out,
        outputs.Error,
        TimeProvider.System,
        HasTerminal,
        !Console.IsInputRedirected,
        Environment.GetEnvironmentVariable("LINNET_DEBUG") == "1")
    {
        IsPrivileged = Environment.IsPrivilegedProcess,
    };

    /// <summary>
    /// Says one thing to the person on standard error, in the form every message has. A password in an address is not shown.
    /// </summary>
    public void Say(string sentence) => Error.WriteLine($"linnet: {Text.Printable(ShownAddress.InText(sentence))}");

    /// <summary>Waits until a result is written that is of no use in part, such as help or a report.</summary>
    /// <param name="cancellationToken">Ends the wait for whoever reads.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task DeliverAsync(CancellationToken cancellationToken)
    {
        Out.Flush();
        if (Out is QueuedWriter { Queue: { } queue } && await queue.WrittenAsync().WaitAsync(cancellationToken) is { } problem)
        {
            // Of a terminal that was closed nobody reads any more, as of a pipe.
            throw StandardStream.HasNoReader(problem) ? new IOException(problem.Message, StandardStream.BrokenPipe)
                : new IOException($"Standard output cannot be written: {problem.Message}.", problem);
        }
    }
}
