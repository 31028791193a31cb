using System.Net.Sockets;
using Linnet.Cli.Outputs;
using Linnet.Native;
using Linnet.Transports;

namespace Linnet.Cli;

/// <summary>Explains a failure and its remedy in one sentence.</summary>
internal static class Failure
{
    // The runtime, its assemblies and a server's own files take 200; the rest is a reserve and a few listeners.
    private const int LeastFiles = 256;

    /// <summary>Advice if this process may open too few files for a server; <see langword="null"/>: it may open enough.</summary>
    public static string? FewFiles => ConnectionGate.OpenFileLimit is int limit and < LeastFiles
        ? FewFilesOf(limit)
        : null;

    /// <summary>The sentence for a process that may open <paramref name="limit"/> files and sockets.</summary>
    public static string FewFilesOf(int limit) =>
        $"This process may open {limit} files and sockets; a server needs {LeastFiles}, and one more for each listener. Raise it with "
            + "ulimit -n, or LimitNOFILE= in a systemd unit.";

    /// <summary>Refuses to serve if the runtime itself would run out of files and fail without a clear message.</summary>
    /// <exception cref="IOException">This process may open too few files for a server.</exception>
    public static void ThrowIfFewFiles()
    {
        if (FewFiles is string problem)
        {
            throw new IOException(problem);
        }
    }

    /// <summary>Reports <paramref name="exception"/> on standard error.</summary>
    /// <returns>The exit code it means.</returns>
    public static int Report(Exception exception, Shell shell, CancellationToken cancellationToken)
    {
        exception = Unwrap(exception);
        if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Ended;
        }

        if (exception is IOException && (IsBrokenPipe(exception) || IsBrokenPipe(exception.InnerException)))
        {
            // As in `linnet devices | head -1`, and with sound in `linnet play --output - | head -c 100000`: the reader has stopped.
            return ExitCode.Ended;
        }

        foreach (string sentence in exception is UsageException usage ? usage.Sentences : [Explain(exception)])
        {
            shell.Say(sentence);
        }

        if (FewFiles is string hint && exception is not (UsageException or ArgumentException) && exception.Message != hint)
        {
            // Most likely the reason, whatever the exception says: an assembly or a library that could not be opened.
            shell.Say(hint);
        }

        if (shell.IsDebugging)
        {
            shell.Error.WriteLine(exception);
        }

        return exception is UsageException or ArgumentException ? ExitCode.BadUsage : ExitCode.Failed;
    }

    /// <summary>
    /// The sentence for <paramref name="exception"/>. The library's messages include the remedy; those of the platform do not.
    /// </summary>
    public static string Explain(Exception exception) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            "The port is taken; choose another with --rtsp-port or --rtp-port.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } => OperatingSystem.IsWindows()
            ? "Windows does not give this port: another program holds it, or it is reserved (netsh int ipv4 show excludedportrange tcp); "
                + "choose another with --rtsp-port or --rtp-port."
            : "This port is for root alone; choose one above 1023 with --rtsp-port or --rtp-port.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            "This machine has no such address; name one of its own with --bind.",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData } =>
            "There is no machine of that name; check the spelling, or use its IP address.",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            "Nothing listens there; check the address and port, and that the server runs.",
        SocketException socket => Sentence(socket.Message),
        FileNotFoundException { FileName: { Length: > 0 } name } => $"There is no file '{name}'; check the path.",
        UnauthorizedAccessException denied => $"{Sentence(denied.Message)} Check who may read or write it.",
        IOException when SettingFlags.Find(exception) is string flag => Advised(exception.Message, flag),
        UsageException or ArgumentException or IOException or DllNotFoundException or TimeoutException or OperationCanceledException =>
            Sentence(exception.Message),
        _ => $"{Sentence(exception.Message)} This is a fault in Linnet; LINNET_DEBUG=1 shows where it is.",
    };

    private static bool IsBrokenPipe(Exception? exception) => exception is IOException problem
        && (problem.HResult == StandardStream.BrokenPipe || (OperatingSystem.IsWindows() && StandardPipe.HasNoReader(problem)));

    // "…; choose another with --rtsp-port." After a question, the advice is a sentence.
    private static string Advised(string message, string flag) =>
        message.EndsWith('?') ? $"{Sentence(message)} See {flag}." : $"{message.TrimEnd('.')} with {flag}.";

    private static Exception Unwrap(Exception exception) =>
        exception is AggregateException { InnerExceptions: [var only] } ? Unwrap(only) : exception;

    private static string Sentence(string message)
    {
        // Users do not need the argument's name.
        int parameter = message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        string text = (parameter > 0 ? message[..parameter] : message).ReplaceLineEndings(" ").Trim();
        return text.EndsWith('.') || text.EndsWith('!') || text.EndsWith('?') ? text : text + ".";
    }
}
