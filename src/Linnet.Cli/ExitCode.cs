using System.Runtime.InteropServices;

namespace Linnet.Cli;

/// <summary>Exit codes of the process.</summary>
internal static class ExitCode
{
    /// <summary>The command ended by itself or was interrupted.</summary>
    public const int Ended = 0;

    /// <summary>The command failed; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line was invalid; standard error says why.</summary>
    public const int BadUsage = 2;

    /// <summary>A second SIGINT, SIGTERM or, on Windows, Ctrl-Break ended the process at once. As in shells: 128 plus the signal.</summary>
    public static int Of(PosixSignal signal) => 128 + signal switch
    {
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        _ => 15,
    };
}
