using System.Runtime.InteropServices;

namespace Linnet.Cli;

/// <summary>
/// Handles Ctrl-C and similar signals: the first requests a clean stop through a token, the second ends the process at once.
/// </summary>
/// <remarks>
/// A hang-up never counts as the second: a terminal that closes sends two within milliseconds, one from the shell and one from the kernel,
/// and an impatient user does not send one. After the first, the kernel drops them, so no handler has to run while the program ends.
/// Windows sends one when the window is closed. It then ends the process as soon as the handler returns, and after 5 s in any case; so the
/// handler waits until the program has ended cleanly. <see cref="SessionEnd"/> reports that the user signs out or shuts down.
/// </remarks>
internal sealed partial class Interrupt : IDisposable
{
    /// <summary>
    /// Sent when a file reaches the process's size limit (SIGXFSZ; same number on Linux and macOS). The write also fails, which is enough.
    /// </summary>
    private const PosixSignal FileTooLong = (PosixSignal)25;

    private const int HangUp = 1; // SIGHUP
    private const nint Ignore = 1; // SIG_IGN

    /// <summary>Windows waits no longer.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);

    private static PosixSignalRegistration? _fileTooLong;

    private static PosixSignalRegistration? _hangUp;

    private readonly CancellationTokenSource _asked = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _signals;

    public Interrupt()
    {
        // SIGQUIT is Ctrl-Break on Windows; elsewhere it asks for a core dump.
        foreach (PosixSignal signal in (PosixSignal[])[
            PosixSignal.SIGINT, PosixSignal.SIGTERM, .. OperatingSystem.IsWindows() ? [PosixSignal.SIGQUIT] : (PosixSignal[])[]])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        // Never unregistered: the second may arrive when the program has almost ended, and must not change its exit code.
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);

        if (OperatingSystem.IsWindows())
        {
            SessionEnd.Watch(End);
        }
        else
        {
            // Never unregistered: remaining output is written after the rest of the program has ended.
            _fileTooLong ??= PosixSignalRegistration.Create(FileTooLong, static context => context.Cancel = true);
        }
    }

    /// <summary>Whether SIGHUP ends the program. A service may use it for something else.</summary>
    public static bool EndsAtHangUp { get; set; } = true;

    public CancellationToken Token => _asked.Token;

    public void Dispose()
    {
        _ended.Set();
        _registrations.ForEach(static registration => registration.Dispose());
        _asked.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (context.Signal is PosixSignal.SIGHUP && !EndsAtHangUp)
        {
            return;
        }

        if (context.Signal is PosixSignal.SIGHUP && !OperatingSystem.IsWindows())
        {
            _ = SetHandler(HangUp, Ignore);
        }

        if (Interlocked.Increment(ref _signals) > 1 && context.Signal != PosixSignal.SIGHUP)
        {
            Environment.Exit(ExitCode.Of(context.Signal));
        }

        if (OperatingSystem.IsWindows() && context.Signal is PosixSignal.SIGHUP or PosixSignal.SIGTERM)
        {
            End();
        }
        else
        {
            Ask();
        }
    }

    private void Ask()
    {
        try
        {
            // Handlers may be slow or fail; that must not affect the signal thread.
            _ = _asked.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The program has almost ended.
        }
    }

    private void End()
    {
        Ask();
        _ = _ended.Wait(LongestEnd);
    }

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);
}
