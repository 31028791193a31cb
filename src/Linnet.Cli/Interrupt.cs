using System.Runtime.InteropServices;

namespace Linnet.Cli;

/// <summary>Ctrl-C and its relatives: the first asks for a clean end through one token, the second ends the process at once.</summary>
/// <remarks>
/// A hang-up is never the second: a terminal that closes gives two within milliseconds, one of the shell's and one of the kernel's, and
/// nobody who is impatient sends one. After the first the kernel drops them: nothing has to run for them while the program ends.
/// </remarks>
internal sealed partial class Interrupt : IDisposable
{
    /// <summary>
    /// A file has grown to the limit of the process (SIGXFSZ, alike on Linux and macOS). The write fails by itself, and that is enough.
    /// </summary>
    private const PosixSignal FileTooLong = (PosixSignal)25;

    private const int HangUp = 1; // SIGHUP
    private const nint Ignore = 1; // SIG_IGN

    private static PosixSignalRegistration? _fileTooLong;

    private static PosixSignalRegistration? _hangUp;

    private readonly CancellationTokenSource _asked = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    public Interrupt()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        // For good: the second may come when the program is at its end, and must not change how it ends.
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);

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
        if (context.Signal is PosixSignal.SIGHUP && !OperatingSystem.IsWindows())
        {
            _ = SetHandler(HangUp, Ignore);
        }

        if (Interlocked.Increment(ref _signals) > 1 && context.Signal != PosixSignal.SIGHUP)
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

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
