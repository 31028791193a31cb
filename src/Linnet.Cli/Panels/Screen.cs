using System.Text;
using Linnet.Cli.Outputs;

namespace Linnet.Cli.Panels;

/// <summary>
/// The lines at the bottom of a terminal that are redrawn in place. Each frame is one write, so nothing flickers; lines printed in between
/// scroll up above it. Disposing keeps the last frame and restores the cursor. A terminal that accepts no data misses frames but delays
/// nothing.
/// </summary>
/// <param name="output">Writes to the terminal.</param>
internal sealed class Screen(OutputQueue output) : IDisposable
{
    // Terminals that support "synchronized update" show a frame at once; others ignore it.
    private const string Begin = "\e[?2026h";
    private const string End = "\e[?2026l";
    private readonly Lock _lock = new();
    private readonly StringBuilder _frame = new();
    private int _drawn;
    private (int Width, int Height) _size;
    private string[] _lines = [];
    private bool _closed;

    /// <summary>
    /// Draws <paramref name="lines"/> over the previous ones. Each must already be cut to less than the width; lines beyond the height are
    /// dropped.
    /// </summary>
    public void Draw(string[] lines, int width, int height)
    {
        lock (_lock)
        {
            if (_closed || !output.IsIdle)
            {
                return;
            }

            if (output.TakeUnsaid() is > 0 and var unsaid)
            {
                Print(ProgramOutputs.DroppedLine(unsaid).TrimEnd());
            }

            _frame.Clear().Append(Begin).Append("\e[?25l");
            int drawn = _drawn;
            if (_size != default && _size != (width, height))
            {
                // A resize may have rewrapped the lines to unknown places: start on a clear screen.
                _frame.Append("\e[2J\e[H");
                _drawn = 0;
            }

            _size = (width, height);
            _lines = lines.Length < height ? lines : lines[..Math.Max(0, height - 1)];
            AppendLines();
            Flush(drawn);
        }
    }

    /// <summary>Prints a permanent line above the panel.</summary>
    public void Print(string line)
    {
        lock (_lock)
        {
            _frame.Clear().Append(Begin);
            int drawn = _drawn;
            MoveToTop();
            _frame.Append(line).Append("\e[K\r\n");
            _drawn = 0;
            if (!_closed)
            {
                AppendLines();
            }

            Flush(drawn);
        }
    }

    /// <summary>Keeps the last frame on the terminal and shows the cursor below it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (!_closed)
            {
                _closed = true;
                _frame.Clear().Append("\e[?25h");
                Flush(_drawn);
                _drawn = 0;
            }
        }
    }

    private void AppendLines()
    {
        MoveToTop();
        foreach (string line in _lines)
        {
            _frame.Append(line).Append("\e[K\r\n");
        }

        _frame.Append("\e[J");
        _drawn = _lines.Length;
    }

    private void MoveToTop()
    {
        _frame.Append('\r');
        if (_drawn > 0)
        {
            _frame.Append("\e[").Append(_drawn).Append('A');
        }
    }

    /// <param name="drawn">Number of lines that remain on the terminal if it never gets this frame.</param>
    private void Flush(int drawn)
    {
        if (!output.TryAdd(_frame.Append(End).ToString()))
        {
            _drawn = drawn;
        }
    }
}
