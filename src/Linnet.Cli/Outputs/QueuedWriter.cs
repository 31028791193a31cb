using System.Text;

namespace Linnet.Cli.Outputs;

/// <summary>Gives text to an <see cref="OutputQueue"/>, each line whole. It never waits and never throws. Any thread.</summary>
/// <param name="queue">Takes the lines.</param>
internal sealed class QueuedWriter(OutputQueue queue) : TextWriter
{
    /// <summary>Characters of a line that has not ended; a longer one is handed on in parts.</summary>
    private const int MaxUnended = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Where the lines go.</summary>
    public OutputQueue Queue => queue;

    public override void Write(char value) => Add([value]);

    public override void Write(char[] buffer, int index, int count) => Add(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Add(buffer);

    public override void Write(string? value) => Add(value);

    public override void WriteLine(string? value) => Add(value + NewLine);

    /// <summary>Hands on a line that has not ended.</summary>
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
