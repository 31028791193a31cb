using Linnet.Cli.Panels;
using Linnet.Cli.Stats;
using Linnet.Playback.Probing;
using Linnet.Transports;
using Linnet.Transports.Rtsp;
using Linnet.Wire;

namespace Linnet.Cli.Commands;

/// <summary>Runs <c>probe</c>.</summary>
internal static class ProbeSession
{
    public static async Task<int> RunAsync(ProberOptions options, bool wantsJson, Shell shell, CancellationToken cancellationToken)
    {
        // With JSON, only the end has something to show.
        using var session =
            new Session(wantsJson ? shell with { IsTerminal = false } : shell, wantsJson: false, outIsTaken: wantsJson, cancellationToken);
        var prober = new Prober(options, shell.Time, session.Log);
        Exception? failure = null;
        try
        {
            await session.ShowAsync(
                prober.RunAsync(session.Ending),
                new PanelPages(width => ProbePanel.Progress(prober.Progress, ShownAddress.Of(options.Url), width), ProbePanel.Figures),
                static _ => "");
        }
        catch (TransportException e) when (prober.Progress.Packets > 0)
        {
            // Report what was measured until then.
            failure = e;
        }

        PathReport report = prober.Judge();
        ProbeProgress progress = prober.Progress;
        if (wantsJson)
        {
            shell.Out.WriteLine(StatsJson.Line(ProbeStats.Of(report, progress, options.Url)));
        }
        else
        {
            Print(ProbePanel.Report(report, progress, ShownAddress.Of(options.Url)), shell);
        }

        await shell.DeliverAsync(cancellationToken);
        if (failure is not null)
        {
            throw failure;
        }

        return report.Received > 0 ? ExitCode.Ended : ExitCode.Failed;
    }

    private static void Print(IEnumerable<PanelLine> lines, Shell shell)
    {
        bool colours = shell.IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

        // Nothing is cut from a report that is printed once: on a narrow terminal the lines wrap.
        foreach (PanelLine line in lines)
        {
            shell.Out.WriteLine(line.Render(int.MaxValue, colours).TrimEnd());
        }
    }
}
