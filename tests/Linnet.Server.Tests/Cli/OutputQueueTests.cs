using System.Text;
using Linnet.Cli;
using Linnet.Cli.Outputs;

namespace Linnet.Server.Tests.Cli;

public class OutputQueueTests
{
    [Fact]
    public async Task Text_is_written_in_order_and_in_whole_lines()
    {
        var file = new Disk();
        var writer = new QueuedWriter(new OutputQueue(file.Write, TimeProvider.System));

        writer.Write("one ");
        writer.Write('t');
        writer.WriteLine("wo");
        writer.Write("no end");
        writer.Flush();
        writer.WriteLine(3);

        Assert.Null(await WrittenAsync(writer.Queue));
        Assert.Equal($"one two{Environment.NewLine}no end3{Environment.NewLine}", file.Text);
    }

    [Fact]
    public async Task A_writer_never_waits_and_dropped_lines_are_counted_and_reported_where_they_are_missing()
    {
        var file = new Disk();
        file.Pause();
        var queue = new OutputQueue(file.Write, TimeProvider.System) { Notice = static lines => $"({lines} dropped)\n" };

        int taken = Enumerable.Range(0, OutputQueue.MaxPieces + 100).Count(i => queue.TryAdd($"{i}\n"));

        Assert.Equal((OutputQueue.MaxPieces, 100), (taken, queue.Dropped));
        file.Continue();
        Assert.Null(await WrittenAsync(queue));
        Assert.EndsWith("\n(100 dropped)\n", file.Text, StringComparison.Ordinal);
        queue.TryAdd("later\n");
        Assert.Null(await WrittenAsync(queue));
        string[] lines = file.Text.Split('\n');
        Assert.Equal([$"{OutputQueue.MaxPieces - 1}", "(100 dropped)", "later", ""], lines[^4..]);
        Assert.Equal(OutputQueue.MaxPieces + 3, lines.Length);
    }

    [Fact]
    public void Long_lines_are_limited_too()
    {
        var file = new Disk();
        file.Pause();
        var queue = new OutputQueue(file.Write, TimeProvider.System);
        string line = new string('x', 1023) + "\n";

        int taken = Enumerable.Range(0, 1000).Count(_ => queue.TryAdd(line));

        Assert.Equal(OutputQueue.MaxBytes / 1024, taken);
        Assert.False(queue.TryAdd(new string('x', OutputQueue.MaxBytes + 1)));
        file.Continue();
    }

    [Fact]
    public async Task A_full_queue_drops_lines_until_half_of_it_has_been_written()
    {
        var file = new Disk { MostAtOnce = int.MaxValue };
        file.Pause();
        var queue = new OutputQueue(file.Write, TimeProvider.System);
        while (queue.TryAdd("line\n"))
        {
            // The queue fills up.
        }

        file.Continue(pieces: 10);
        await file.ResumedAsync(10);
        Assert.False(queue.TryAdd("line\n"));
        file.Continue();
        Assert.Null(await WrittenAsync(queue));
        Assert.True(queue.TryAdd("line\n"));
    }

    [Fact]
    public async Task Dropped_lines_are_reported_before_the_next_line_even_if_the_queue_was_never_empty()
    {
        var file = new Disk { MostAtOnce = int.MaxValue };
        file.Pause();
        var queue = new OutputQueue(file.Write, TimeProvider.System) { Notice = static lines => $"({lines} dropped)\n" };
        int taken = Enumerable.Range(0, OutputQueue.MaxPieces + 100).Count(i => queue.TryAdd($"{i}\n"));

        // The writer stops again with half of the lines unwritten. The line it has just written may still be counted for a moment.
        file.Continue(pieces: (OutputQueue.MaxPieces / 2) + 10);
        await file.ResumedAsync((OutputQueue.MaxPieces / 2) + 10);
        bool wasIdle = queue.IsIdle;
        Assert.True(queue.TryAdd("taken again\n"));
        Assert.True(queue.TryAdd("and again\n"));
        file.Continue();
        Assert.Null(await WrittenAsync(queue));

        Assert.False(wasIdle);
        string[] lines = file.Text.Split('\n');
        Assert.Equal([$"{taken - 1}", "(100 dropped)", "taken again", "and again", ""], lines[^5..]);
        Assert.Equal((taken + 4, 100), (lines.Length, queue.Dropped));
        Assert.Equal(0, queue.TakeUnsaid());
    }

    [Fact]
    public async Task A_full_disk_loses_nothing_that_fits_in_the_queue()
    {
        var file = new Disk { Room = 6 };
        var queue = new OutputQueue(file.Write, TimeProvider.System);

        queue.TryAdd("first\n");
        queue.TryAdd("second\n");
        Exception? problem = await WrittenAsync(queue);
        long unwritten = queue.Unwritten;
        file.Room = 10;
        problem ??= await WrittenAsync(queue); // "seco" is written, the rest is not
        file.Room = int.MaxValue;

        Assert.IsType<IOException>(problem);
        Assert.Equal(1, unwritten);
        Assert.Null(await WrittenAsync(queue));
        Assert.Equal(("first\nsecond\n", 0), (file.Text, queue.Dropped));
    }

    [Fact]
    public async Task A_program_that_ends_reports_missing_lines_and_does_not_wait()
    {
        var full = new Disk { Room = 0 };
        var error = new Disk();
        using var outputs = new ProgramOutputs(full.Write, error.Write, isTerminal: false, TimeProvider.System);
        outputs.Out.WriteLine("lost");

        await outputs.EndAsync(0);

        Assert.Equal(
            $"linnet: could not write everything to standard output; missing lines: 1. No space left on "
                + $"device.{Environment.NewLine}", error.Text);
    }

    [Theory]
    [InlineData(StandardStream.BrokenPipe)]
    [InlineData(StandardStream.TerminalGone)]
    public async Task Lines_are_not_missing_if_the_reader_has_gone(int code)
    {
        var error = new Disk();
        ByteWriter gone = _ => throw new IOException("gone", code);
        using var outputs = new ProgramOutputs(gone, error.Write, isTerminal: false, TimeProvider.System);
        outputs.Out.WriteLine("lost");

        await outputs.EndAsync(0);

        Assert.Equal("", error.Text);
        var shell = new Shell(outputs.Out, outputs.Error, TimeProvider.System, IsTerminal: false, HasKeys: false, IsDebugging: false);
        IOException e = await Assert.ThrowsAsync<IOException>(() => shell.DeliverAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, Failure.Report(e, shell, TestContext.Current.CancellationToken));
        Assert.True(outputs.Error.Queue.IsIdle);
    }

    private static Task<Exception?> WrittenAsync(OutputQueue queue) =>
        queue.WrittenAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>An output that can be full, or stall.</summary>
    private sealed class Disk
    {
        private readonly object _gate = new();
        private readonly List<byte> _bytes = [];
        private int _pieces = int.MaxValue;
        private int _written;

        public int Room { get; set; } = int.MaxValue;

        public int MostAtOnce { get; init; } = 4;

        public string Text
        {
            get
            {
                lock (_gate)
                {
                    return Encoding.UTF8.GetString(_bytes.ToArray());
                }
            }
        }

        public void Pause() => Continue(0);

        public void Continue(int pieces = int.MaxValue)
        {
            lock (_gate)
            {
                _pieces = pieces;
                Monitor.PulseAll(_gate);
            }
        }

        public Task ResumedAsync(int pieces) => Task.Run(() =>
        {
            lock (_gate)
            {
                while (_written < pieces)
                {
                    Monitor.Wait(_gate);
                }
            }
        }, TestContext.Current.CancellationToken);

        public int Write(ReadOnlySpan<byte> bytes)
        {
            lock (_gate)
            {
                while (_written >= _pieces)
                {
                    Monitor.Wait(_gate);
                }

                int length = Math.Min(Math.Min(bytes.Length, MostAtOnce), Room - _bytes.Count);
                if (length <= 0)
                {
                    throw new IOException("No space left on device", 28);
                }

                _written++;
                _bytes.AddRange(bytes[..length]);
                Monitor.PulseAll(_gate);
                return length;
            }
        }
    }
}
