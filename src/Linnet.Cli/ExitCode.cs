using System.Runtime.InteropServices;

namespace Linnet.Cli;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>It ended by itself, or was interrupted.</summary>
    public const int Ended = 0;

    /// <summary>Something failed; standard error says what.</summary>
    public const int Failed = 1;

    /// <summary>The command line made no sense; standard error says why.</summary>
    public const int BadUsage = 2;

    /// <summary>A second signal, SIGINT or SIGTERM, ended it where it was, as shells number that: 128 and the signal.</summary>
    public static int Of(PosixSignal signal) => 128 + signal switch
    {
        PosixSignal.SIGINT => 2,
        _ => 15,
    };
}
