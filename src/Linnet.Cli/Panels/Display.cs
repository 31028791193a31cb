using Linnet.Cli.Outputs;

namespace Linnet.Cli.Panels;

/// <summary>Shows how something goes, again and again while it runs, and once more at its end.</summary>
internal abstract class Display : IDisposable
{
    /// <summary>Time between two looks.</summary>
    protected abstract TimeSpan Interval { get; }

    /// <summary>Looks and shows.</summary>
    /// <param name="isLast">Whether it has ended.</param>
    protected abstract void Show(bool isLast);

    /// <summary>Says something that stays, such as a warning. Any thread.</summary>
    public abstract void Say(string sentence);

    /// <summary>Shows until <paramref name="work"/> has ended, whichever way, and then the end.</summary>
    /// <param name="work">What is shown. Whatever goes wrong with showing it, it goes on.</param>
    /// <param name="time">The clock.</param>
    /// <param name="failed">Told the first time that it could not be shown. It is tried again.</param>
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
/// <param name="screen">Where it is drawn. Owned: disposed with this.</param>
/// <param name="render">Gives the panel's lines for a width and a height in cells.</param>
/// <param name="size">Gives the terminal's width and height.</param>
/// <param name="colours">Whether it may use colours.</param>
internal sealed class PanelDisplay(
    Screen screen, Func<int, int, IEnumerable<PanelLine>> render, Func<(int Width, int Height)> size, bool colours) : Display
{
    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(66);

    /// <summary>A panel on this process's terminal. Colours stay off where NO_COLOR asks for that (no-color.org).</summary>
    /// <param name="output">Writes to the terminal.</param>
    /// <param name="render">Gives the panel's lines for a width and a height in cells.</param>
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

/// <summary>Nothing but what is said, line by line: for logs and pipes.</summary>
/// <param name="log">Where it is said.</param>
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

/// <summary>One line of JSON a second.</summary>
/// <param name="line">Gives it; told whether it is the last.</param>
/// <param name="output">Gets the lines, each flushed.</param>
/// <param name="error">Gets warnings.</param>
/// <param name="readerHasGone">Called when nobody reads the lines any more; by default nothing follows from that.</param>
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

    // A program reads JSON there and nothing else, so what is missing is said to people.
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
