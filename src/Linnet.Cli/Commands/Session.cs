using Linnet.Cli.Outputs;
using Linnet.Cli.Panels;
using Microsoft.Extensions.Logging;

namespace Linnet.Cli.Commands;

/// <summary>
/// The common parts of every command that runs until it is stopped: a way to stop it, a log, and a display of its status.
/// </summary>
internal sealed partial class Session : IDisposable
{
    private readonly CancellationTokenSource _ending;
    private readonly Shell _shell;
    private readonly bool _wantsJson;
    private readonly bool _outIsTaken;
    private readonly bool _endsWithReader;

    // Set if only log lines are shown, so that the first ones go to the same place as the others.
    private readonly LogDisplay? _plain;

    /// <param name="shell">The streams and the clock to use.</param>
    /// <param name="wantsJson">Whether to print JSON instead of a panel.</param>
    /// <param name="outIsTaken">Whether standard output carries audio, so that nothing else may use it.</param>
    /// <param name="cancellationToken">Stops the command.</param>
    /// <param name="endsWithReader">Whether the command stops when the reader of the JSON has gone. Otherwise only the JSON stops.</param>
    public Session(Shell shell, bool wantsJson, bool outIsTaken, CancellationToken cancellationToken, bool endsWithReader = false)
    {
        _shell = shell;
        _wantsJson = wantsJson;
        _outIsTaken = outIsTaken;
        _endsWithReader = endsWithReader;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Log = new DisplayLogger(shell, IsPlain ? LogLevel.Information : LogLevel.Warning);
        _plain = IsPlain ? new LogDisplay(outIsTaken ? shell.Error : shell.Out) : null;
        Log.Use(_plain);
    }

    /// <summary>Canceled when the command should stop.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Receives the log messages of the library.</summary>
    public DisplayLogger Log { get; }

    /// <summary>Whether only log lines are shown.</summary>
    public bool IsPlain => !_wantsJson && !(_shell.IsTerminal && !_outIsTaken);

    /// <summary>Shows the status of <paramref name="work"/> until that ends.</summary>
    /// <param name="work">Ends soon after <see cref="Ending"/> is canceled.</param>
    /// <param name="pages">What the panel shows.</param>
    /// <param name="json">Returns a line of JSON. The argument is whether it is the last.</param>
    /// <param name="pressed">Receives all keys that neither quit nor change the page.</param>
    public async Task ShowAsync(Task work, PanelPages pages, Func<bool, string> json, Action<char>? pressed = null)
    {
        using (Display display = Choose(pages, json, pressed))
        {
            Log.Use(display);
            await display.ShowWhileAsync(work, _shell.Time, e => LogNotShown(Log, e, e.Message));
            Log.Use(_plain);
        }

        await work;
    }

    public void Dispose()
    {
        Log.Dispose();
        _ending.Dispose();
    }

    private Display Choose(PanelPages pages, Func<bool, string> json, Action<char>? pressed)
    {
        if (_wantsJson)
        {
            return new JsonDisplay(json, _shell.Out, _shell.Error, _endsWithReader ? Quit : null);
        }

        if (_plain is not null || _shell.Out is not QueuedWriter terminal)
        {
            return _plain ?? new LogDisplay(_outIsTaken ? _shell.Error : _shell.Out);
        }

        if (_shell.HasKeys)
        {
            Keys.Listen(OnKey);
        }

        return PanelDisplay.OnTerminal(terminal.Queue, pages.Render);

        void OnKey(char key)
        {
            if (key == Keys.Quit)
            {
                Quit();
            }
            else if (!pages.TryTake(key))
            {
                pressed?.Invoke(key);
            }
        }
    }

    private void Quit()
    {
        try
        {
            _ = _ending.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has already ended.
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "The status cannot be shown. The command continues, and showing is retried. {Problem}")]
    private static partial void LogNotShown(ILogger logger, Exception exception, string problem);
}
