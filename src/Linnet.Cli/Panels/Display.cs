using Linnet.Cli.Outputs;

namespace Linnet.Cli.Panels;

/// <summary>Shows a status repeatedly while something runs, and once more when it ends.</summary>
internal abstract class Display : IDisposable
{
    /// <summary>Time between two updates.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>Reads the status and shows it.</summary>
    /// <param name="isLast">Whether the work has ended.</param>
    protected abstract void Show(bool isLast);

    /// <summary>Prints a sentence that stays visible, such as a warning. Thread-safe.</summary>
    public abstract void Say(string sentence);

    /// <summary>Shows the status until <paramref name="work"/> ends in any way, and then once more.</summary>
    /// <param name="work">The work whose status is shown. It continues even if the display fails.</param>
    /// <param name="time">The clock.</param>
    /// <param name="failed">Called at the first display error. Showing is retried.</param>
    public async Task ShowWhileAsync(Task work, TimeProvider time, Action<Exception>? failed = null)
    {
        using var timer = new PeriodicTimer(Interval, time);
        Task<bool> tick = timer.WaitForNextTickAsync().AsTask();
        while (!work.IsCompleted)
        {
            TryShow(isLast: false);
            if (await Task.WhenAny(work, tick) == tick)
            {
                tick = timer.WaitForNextTickAsync().AsTask();
            }
        }

        TryShow(isLast: true);

        void TryShow(bool isLast)
        {
            try
            {
                Show(isLast);
            }
            catch (Exception e)
            {
                failed?.Invoke(e);
                failed = null;
            }
        }
    }

    public virtual void Dispose()
    {
    }
}

/// <summary>A panel on a terminal, redrawn in place.</summary>
/// <param name="screen">The screen to draw on; disposed with this object.</param>
/// <param name="render">Returns the panel's lines for a width and a height in cells.</param>
/// <param name="size">Returns the terminal's width and height.</param>
/// <param name="colours">Whether to use colours.</param>
internal sealed class PanelDisplay(
    Screen screen, Func<int, int, IEnumerable<PanelLine>> render, Func<(int Width, int Height)> size, bool colours) : Display
{
    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(66);

    /// <summary>Creates a panel on this process's terminal. It has no colours if NO_COLOR is set (no-color.org).</summary>
    /// <param name="output">Writes to the terminal.</param>
    /// <param name="render">Returns the panel's lines for a width and a height in cells.</param>
    public static PanelDisplay OnTerminal(OutputQueue output, Func<int, int, IEnumerable<PanelLine>> render) => new(
        new Screen(output),
        render,
        TerminalSize.Now,
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    public override void Say(string sentence) => screen.Print($"linnet: {sentence}");

    public override void Dispose()
    {
        screen.Dispose();
        base.Dispose();
    }

    protected override void Show(bool isLast)
    {
        (int width, int height) = size();
        screen.Draw([.. render(width - 1, height - 1).Select(line => line.Render(width - 1, colours))], width, height);
    }
}

/// <summary>Shows only the printed sentences, one per line: for logs and pipes.</summary>
/// <param name="log">Receives the lines.</param>
internal sealed class LogDisplay(TextWriter log) : Display
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    public override void Say(string sentence)
    {
        log.WriteLine(sentence);
        log.Flush();
    }

    protected override void Show(bool isLast)
    {
    }
}

/// <summary>Prints one line of JSON per second.</summary>
/// <param name="line">Returns the line. The argument is whether it is the last.</param>
/// <param name="output">Receives the lines, each flushed.</param>
/// <param name="error">Receives warnings.</param>
/// <param name="readerHasGone">Called when the reader of the lines has gone; default no action.</param>
internal sealed class JsonDisplay(Func<bool, string> line, TextWriter output, TextWriter error, Action? readerHasGone = null) : Display
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    public override void Say(string sentence) => error.WriteLine($"linnet: {sentence}");

    protected override void Show(bool isLast)
    {
        if (output is QueuedWriter { Queue: { } queue })
        {
            Judge(queue);
        }

        output.WriteLine(line(isLast));
        output.Flush();
    }

    // Standard output carries only JSON, so the warning about dropped lines goes to standard error.
    private void Judge(OutputQueue queue)
    {
        queue.Notice = null;
        if (queue.Problem is { HResult: StandardStream.BrokenPipe })
        {
            readerHasGone?.Invoke();
        }
        else if (queue.IsIdle && queue.TakeUnsaid() is > 0 and var unsaid)
        {
            error.Write(ProgramOutputs.DroppedLine(unsaid));
        }
    }
}
