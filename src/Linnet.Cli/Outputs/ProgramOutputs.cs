using System.Diagnostics.Metrics;
using Linnet.Serving;

namespace Linnet.Cli.Outputs;

/// <summary>The program's two outputs: their queues, a metric of dropped lines, and their end.</summary>
internal sealed class ProgramOutputs : IDisposable
{
    /// <summary>The metric's name. docs/metrics.md lists it.</summary>
    internal const string DroppedName = "linnet.output.dropped";

    /// <summary>How long the program waits at its end for its output to be read.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Meter _meter = new(ServerMetrics.MeterName);

    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="isTerminal">Whether standard output is a terminal; its panel then reports dropped lines itself.</param>
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

    /// <summary>Creates the outputs of this process.</summary>
    public static ProgramOutputs OfThisProcess(bool isTerminal) =>
        new(StandardStream.Open(StandardStream.Output), StandardStream.Open(StandardStream.Error), isTerminal, TimeProvider.System);

    /// <summary>Builds the line that reports dropped lines.</summary>
    public static string DroppedLine(long lines) =>
        (lines == 1 ? "linnet: 1 line was dropped" : $"linnet: {lines} lines were dropped")
            + ": the output was blocked and its queue was full." + Environment.NewLine;

    /// <summary>
    /// Writes the rest of the output, for at most a second. Reports lost lines of standard output on standard error, unless the reader
    /// has gone, as in <c>linnet serve …
    ///  head -1</c> or when the terminal was closed.
    /// </summary>
    /// <param name="code">The program's exit code. If it failed, it has already reported why.</param>
    public async Task EndAsync(int code)
    {
        await EndAsync(Out);
        if (code == ExitCode.Ended && Out.Queue.Unwritten > 0 && Out.Queue.Problem is { } problem && !StandardStream.HasNoReader(problem))
        {
            Error.WriteLine(
                $"linnet: could not write everything to standard output; missing lines: {Out.Queue.Unwritten}. {problem.Message}.");
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
            // Nothing reads the output. The writing thread ends with the process.
        }
    }
}
