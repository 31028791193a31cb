using System.Buffers;
using System.Text;
using Linnet.Cli.Outputs;
using Linnet.Cli.Panels;

namespace Linnet.Server.Tests.Cli;

public class ScreenTests
{
    [Fact]
    public async Task Frames_are_drawn_over_each_other_in_one_write_each()
    {
        var terminal = new FakeTerminal();
        using var screen = new Screen(terminal.Output);

        screen.Draw(["one", "two", "three"], 80, 24);
        await terminal.SeeAsync();
        screen.Draw(["four", "five"], 80, 24);
        await terminal.SeeAsync();

        Assert.Equal(["four", "five"], terminal.Lines);
        Assert.Equal(2, terminal.Writes);
    }

    [Fact]
    public async Task Printed_lines_stay_above_the_panel()
    {
        var terminal = new FakeTerminal();
        using var screen = new Screen(terminal.Output);
        screen.Draw(["one", "two"], 80, 24);
        await terminal.SeeAsync();

        screen.Print("a warning");
        await terminal.SeeAsync();
        screen.Draw(["three", "four"], 80, 24);
        await terminal.SeeAsync();

        Assert.Equal(["a warning", "three", "four"], terminal.Lines);
    }

    [Fact]
    public async Task A_panel_higher_than_the_terminal_is_cut_at_its_end_and_keeps_its_place()
    {
        var terminal = new FakeTerminal();
        using var screen = new Screen(terminal.Output);

        screen.Draw(["1", "2", "3", "4"], 80, 4);
        await terminal.SeeAsync();
        screen.Draw(["a", "b", "c", "d"], 80, 4);
        await terminal.SeeAsync();

        Assert.Equal(["a", "b", "c"], terminal.Lines);
    }

    [Fact]
    public async Task The_cursor_hides_while_drawing_and_comes_back_at_the_end()
    {
        var terminal = new FakeTerminal();
        var screen = new Screen(terminal.Output);

        screen.Draw(["one"], 80, 24);
        await terminal.SeeAsync();
        Assert.False(terminal.HasCursor);
        screen.Dispose();
        await terminal.SeeAsync();
        Assert.True(terminal.HasCursor);
        screen.Draw(["too late"], 80, 24);
        await terminal.SeeAsync();

        Assert.True(terminal.HasCursor);
        Assert.Equal(["one"], terminal.Lines);
    }

    [Fact]
    public async Task A_resize_starts_on_a_clear_screen()
    {
        var terminal = new FakeTerminal();
        using var screen = new Screen(terminal.Output);

        screen.Draw(["one", "two"], 80, 24);
        await terminal.SeeAsync();
        screen.Draw(["three"], 40, 24);
        await terminal.SeeAsync();

        Assert.Equal(["three"], terminal.Lines);
    }

    /// <summary>A terminal with the features that the screen uses.</summary>
    private sealed class FakeTerminal
    {
        private static readonly SearchValues<char> Commands = SearchValues.Create("AHJKhl");
        private readonly List<string> _lines = [""];
        private int _row;
        private int _column;

        public FakeTerminal() => Output = new OutputQueue(Take, TimeProvider.System);

        public OutputQueue Output { get; }

        public int Writes { get; private set; }

        public bool HasCursor { get; private set; } = true;

        /// <summary>The visible lines, without the empty ones at the end.</summary>
        public IEnumerable<string> Lines => _lines.Take(_lines.FindLastIndex(l => l.Length > 0) + 1);

        /// <summary>Waits until everything drawn is visible.</summary>
        public async Task SeeAsync() => Assert.Null(await Output.WrittenAsync().WaitAsync(TestContext.Current.CancellationToken));

        private int Take(ReadOnlySpan<byte> buffer)
        {
            Writes++;
            string text = Encoding.UTF8.GetString(buffer);
            for (int i = 0; i < text.Length; i++)
            {
                switch (text[i])
                {
                    case '\r': _column = 0; break;
                    case '\n': MoveTo(_row + 1); break;
                    case '\e':
                        int end = i + 2 + text.AsSpan(i + 2).IndexOfAny(Commands);
                        Obey(text[(i + 2)..end], text[end]);
                        i = end;
                        break;
                    default:
                        _lines[_row] = _lines[_row].PadRight(_column).Remove(_column) + text[i]
                            + (_lines[_row].Length > _column + 1 ? _lines[_row][(_column + 1)..] : "");
                        _column++;
                        break;
                }
            }

            return buffer.Length;
        }

        private void Obey(string parameter, char command)
        {
            switch (command)
            {
                case 'A': MoveTo(_row - int.Parse(parameter, System.Globalization.CultureInfo.InvariantCulture)); break;
                case 'H': (_row, _column) = (0, 0); break;
                case 'K': _lines[_row] = _lines[_row].PadRight(_column)[.._column]; break;
                case 'J':
                    int first = parameter == "2" ? 0 : _row;
                    _lines.RemoveRange(first, _lines.Count - first);
                    MoveTo(_row);
                    break;
                case 'h' or 'l' when parameter == "?25": HasCursor = command == 'h'; break;
                default: break;
            }
        }

        private void MoveTo(int row)
        {
            Assert.True(row >= 0, "The cursor left the terminal.");
            _row = row;
            while (_lines.Count <= _row)
            {
                _lines.Add("");
            }
        }
    }
}
