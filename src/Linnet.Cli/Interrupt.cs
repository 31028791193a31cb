using System.Runtime.InteropServices;

namespace Linnet.Cli;

/// <summary>Ctrl-C and its relatives: the first asks for a clean end through one token, the second ends the process at once.</summary>
internal sealed class Interrupt : IDisposable
{
    /// <summary>A file has grown to the limit of the process (SIGXFSZ, alike on Linux and macOS). The write fails by itself, and that is enough.</summary>
    private const PosixSignal FileTooLong = (PosixSignal)25;

    private static PosixSignalRegistration? _fileTooLong;

    private readonly CancellationTokenSource _asked = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    public Interrupt()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        if (!OperatingSystem.IsWindows())
        {
            // For good: what is left to say is still written when the rest of the program has ended.
            _fileTooLong ??= PosixSignalRegistration.Create(FileTooLong, static context => context.Cancel = true);
        }
    }

    public CancellationToken Token => _asked.Token;

    public void Dispose()
    {
        _registrations.ForEach(static registration => registration.Dispose());
        _asked.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            Environment.Exit(ExitCode.Of(context.Signal));
        }

        try
        {
            // Whoever is told may take its time, or fail: neither is the business of the thread that hears signals.
            _ = _asked.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The program is at its end.
        }
    }
}
