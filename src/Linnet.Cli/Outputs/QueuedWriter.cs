using System.Text;

namespace Linnet.Cli.Outputs;

/// <summary>Passes text to an <see cref="OutputQueue"/>, in whole lines. Never blocks and never throws. For any thread.</summary>
/// <param name="queue">Receives the lines.</param>
internal sealed class QueuedWriter(OutputQueue queue) : TextWriter
{
    /// <summary>The most characters of an unfinished line. A longer one is passed on in parts.</summary>
    private const int MaxUnended = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>The queue that receives the lines.</summary>
    public OutputQueue Queue => queue;

    public override void Write(char value) => Add([value]);

    public override void Write(char[] buffer, int index, int count) => Add(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Add(buffer);

    public override void Write(string? value) => Add(value);

    public override void WriteLine(string? value) => Add(value + NewLine);

    /// <summary>Passes on an unfinished line.</summary>
    public override void Flush()
    {
        lock (_gate)
        {
            HandOn();
        }
    }

    private void Add(ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            _line.Append(text);
            if (text.Contains('\n') || _line.Length > MaxUnended)
            {
                HandOn();
            }
        }
    }

    private void HandOn()
    {
        queue.TryAdd(_line.ToString());
        _line.Clear();
    }
}
