using Linnet.Cli.Outputs;
using Linnet.Cli.Panels;
using Microsoft.Extensions.Logging;

namespace Linnet.Cli.Commands;

/// <summary>
/// What every command has that runs until it is told to end: a way to end it, a log, and something that shows how it goes.
/// </summary>
internal sealed partial class Session : IDisposable
{
    private readonly CancellationTokenSource _ending;
    private readonly Shell _shell;
    private readonly bool _wantsJson;
    private readonly bool _outIsTaken;
    private readonly bool _endsWithReader;

    // Where log lines are all that is shown, the first of them go where the others do.
    private readonly LogDisplay? _plain;

    /// <param name="shell">Where it was started.</param>
    /// <param name="wantsJson">Whether JSON is shown instead of a panel.</param>
    /// <param name="outIsTaken">Whether sound goes to standard output, so that nothing else may.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="endsWithReader">Whether it ends, too, when whoever reads the JSON has gone. Else only the JSON does.</param>
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

    /// <summary>Asks what runs to end.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Takes what the library has to say.</summary>
    public DisplayLogger Log { get; }

    /// <summary>Whether log lines are all that is shown.</summary>
    public bool IsPlain => !_wantsJson && !(_shell.IsTerminal && !_outIsTaken);

    /// <summary>Runs <paramref name="work"/> to its end and shows it meanwhile.</summary>
    /// <param name="work">Ends soon after <see cref="Ending"/>.</param>
    /// <param name="pages">What the panel shows.</param>
    /// <param name="json">A line of JSON; told whether it is the last.</param>
    /// <param name="pressed">Takes keys other than the one that quits.</param>
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
            // It has ended by itself meanwhile.
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "How it goes cannot be shown; it goes on, and showing it is tried again. {Problem}")]
    private static partial void LogNotShown(ILogger logger, Exception exception, string problem);
}
