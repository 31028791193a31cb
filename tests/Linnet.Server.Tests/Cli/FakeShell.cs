using System.Text;
using Linnet.Cli;

namespace Linnet.Server.Tests.Cli;

/// <summary>A shell that keeps its output, which a test can wait for.</summary>
/// <param name="time">Its clock; default the system's.</param>
internal sealed class FakeShell(TimeProvider? time = null)
{
    public Shell Shell { get; } =
        new(new Kept(), new Kept(), time ?? TimeProvider.System, IsTerminal: false, HasKeys: false, IsDebugging: false);

    public string Output => Shell.Out.ToString()!;

    public string Errors => Shell.Error.ToString()!;

    /// <summary>Completes with the first line of output that contains <paramref name="text"/>.</summary>
    public Task<string> SaysAsync(string text) => ((Kept)Shell.Out).SaysAsync(text);

    private sealed class Kept : TextWriter
    {
        private readonly Lock _lock = new();
        private readonly StringBuilder _text = new();
        private readonly List<(string Text, TaskCompletionSource<string> Said)> _waiting = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => Write(value.ToString());

        public override void Write(string? value)
        {
            lock (_lock)
            {
                _text.Append(value);
                _waiting.RemoveAll(w => Line(w.Text) is { } line && w.Said.TrySetResult(line));
            }
        }

        public override void WriteLine(string? value) => Write(value + "\n");

        public override string ToString()
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }

        public Task<string> SaysAsync(string text)
        {
            var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (Line(text) is { } line)
                {
                    said.SetResult(line);
                }
                else
                {
                    _waiting.Add((text, said));
                }
            }

            return said.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }

        private string? Line(string text) =>
            _text.ToString().Split('\n')[..^1].FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
    }
}
