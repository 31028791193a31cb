using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace Linnet.Interop.Tests;

/// <summary>A program beside the test: bounded in time, killed by its handle with all it started, its output kept.</summary>
internal sealed class Tool : IAsyncDisposable
{
    // The last output of a program comes a moment after its end; a program that it has started may keep the output open for long.
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private Tool(Process process)
    {
        _process = process;
        process.Exited += (_, _) => _ended.TrySetResult();
        process.EnableRaisingEvents = true;
        process.OutputDataReceived += (_, e) => Keep(_output, e.Data, _lines.Writer);
        process.ErrorDataReceived += (_, e) => Keep(_errors, e.Data, null);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The number of its process.</summary>
    internal int Id => _process.Id;

    /// <summary>What it has written on standard output so far.</summary>
    internal string Output => Text(_output);

    /// <summary>What it has written on standard error so far.</summary>
    internal string Errors => Text(_errors);

    /// <summary>Starts a program; <c>linnet</c> is this project's own.</summary>
    internal static Tool Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            FileOf(program), arguments)
        { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        return new Tool(Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start."));
    }

    /// <summary>The file behind a program's name.</summary>
    internal static string FileOf(string program) => program == "linnet" ? Path.Combine(AppContext.BaseDirectory, "Linnet.Cli") : program;

    /// <summary>Runs a program to its end, which must be a success.</summary>
    internal static async Task<string> RunAsync(TimeSpan limit, string program, params string[] arguments)
    {
        await using Tool tool = Start(program, arguments);
        int code = await tool.ExitAsync(limit);
        Assert.True(code == 0, $"{program} ended with {code}: {tool.Errors}{tool.Output}");
        return tool.Output;
    }

    /// <summary>Runs a GStreamer pipeline until its stream has ended.</summary>
    /// <remarks>
    /// GStreamer 1.22 may interrupt its own PAUSE at the end, while it closes: it then reports that PAUSE as not sent, tears down in good
    /// order and exits with 1. Nothing that was heard depends on it.
    /// </remarks>
    internal static async Task RunPipelineAsync(TimeSpan limit, params string[] pipeline)
    {
        await using Tool tool = Start("gst-launch-1.0", ["-q", .. pipeline]);
        int code = await tool.ExitAsync(limit);
        bool isOwnFault = tool.Errors.Contains("gst_rtspsrc_pause ()", StringComparison.Ordinal);
        Assert.True(code == 0 || isOwnFault, $"gst-launch-1.0 ended with {code}: {tool.Errors}");
    }

    /// <summary>The next line of standard output that starts with <paramref name="prefix"/>, without it.</summary>
    internal async Task<string> LineAsync(string prefix, TimeSpan limit)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(limit);
        try
        {
            await foreach (string line in _lines.Reader.ReadAllAsync(late.Token))
            {
                if (line.StartsWith(prefix, StringComparison.Ordinal))
                {
                    return line[prefix.Length..];
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told below.
        }

        throw new InvalidOperationException($"{_process.StartInfo.FileName} did not print '{prefix}…'. {Output} {Errors}");
    }

    /// <summary>Writes to its standard input.</summary>
    internal async Task TypeAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Sends it the signal of Ctrl-C.</summary>
    internal Task InterruptAsync() => SignalAsync("INT");

    /// <summary>Sends it a signal.</summary>
    internal Task SignalAsync(string name) =>
        RunAsync(TimeSpan.FromSeconds(10), "kill", $"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Waits for its end.</summary>
    internal async Task<int> ExitAsync(TimeSpan limit)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(limit);
        await WaitAsync(late.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }

        await WaitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _ended.Task.WaitAsync(cancellationToken);
        await Task.WhenAny(
            _process.WaitForExitAsync(cancellationToken), Task.Delay(LastOutput, TimeProvider.System, cancellationToken));
    }

    private static void Keep(StringBuilder text, string? line, ChannelWriter<string>? lines)
    {
        if (line is null)
        {
            lines?.TryComplete();
            return;
        }

        lock (text)
        {
            text.AppendLine(line);
        }

        lines?.TryWrite(line);
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
