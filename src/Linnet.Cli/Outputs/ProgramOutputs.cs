using System.Diagnostics.Metrics;
using Linnet.Serving;

namespace Linnet.Cli.Outputs;

/// <summary>The program's two outputs, what they have lost as a metric, and their end.</summary>
internal sealed class ProgramOutputs : IDisposable
{
    /// <summary>The metric. docs/metrics.md lists it.</summary>
    internal const string DroppedName = "linnet.output.dropped";

    /// <summary>How long a program that has ended waits for whoever reads what it said.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Meter _meter = new(ServerMetrics.MeterName);

    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="isTerminal">Whether standard output is a terminal: its panel says itself what was dropped.</param>
    /// <param name="time">The clock.</param>
    public ProgramOutputs(ByteWriter output, ByteWriter error, bool isTerminal, TimeProvider time)
    {
        _time = time;
        Out = new QueuedWriter(new OutputQueue(output, time) { Notice = isTerminal ? null : DroppedLine });
        Error = new QueuedWriter(new OutputQueue(error, time) { Notice = DroppedLine });
        _meter.CreateObservableCounter(
            DroppedName,
            () => (Measurement<long>[])
            [
                new(Out.Queue.Dropped, new KeyValuePair<string, object?>("output", "stdout")),
                new(Error.Queue.Dropped, new KeyValuePair<string, object?>("output", "stderr")),
            ],
            "{line}",
            "Lines that could not be written and were dropped.");
    }

    public QueuedWriter Out { get; }

    public QueuedWriter Error { get; }

    /// <summary>This process's own.</summary>
    public static ProgramOutputs OfThisProcess(bool isTerminal) =>
        new(StandardStream.Open(StandardStream.Output), StandardStream.Open(StandardStream.Error), isTerminal, TimeProvider.System);

    /// <summary>The line that says how many are missing.</summary>
    public static string DroppedLine(long lines) =>
        (lines == 1 ? "linnet: 1 line was dropped" : $"linnet: {lines} lines were dropped")
            + ": there was no room to keep what could not be written." + Environment.NewLine;

    /// <summary>
    /// Writes what is left, for a second at most. What was lost of standard output is said on standard error, unless nobody reads it any
    /// more, as in <c>linnet serve … | head -1</c> or when the terminal was closed.
    /// </summary>
    /// <param name="code">How the program ends. One that has failed has said why.</param>
    public async Task EndAsync(int code)
    {
        await EndAsync(Out);
        if (code == ExitCode.Ended && Out.Queue.Unwritten > 0 && Out.Queue.Problem is { } problem && !StandardStream.HasNoReader(problem))
        {
            Error.WriteLine(
                $"linnet: Not all could be written to standard output; lines that are missing: {Out.Queue.Unwritten}. {problem.Message}.");
        }

        await EndAsync(Error);
    }

    public void Dispose() => _meter.Dispose();

    private async Task EndAsync(QueuedWriter writer)
    {
        writer.Flush();
        try
        {
            await writer.Queue.WrittenAsync().WaitAsync(EndLimit, _time);
        }
        catch (TimeoutException)
        {
            // Nobody reads. The thread that writes ends with the process.
        }
    }
}
