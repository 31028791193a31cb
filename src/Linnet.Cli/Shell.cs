using Linnet.Cli.Panels;
using Microsoft.Win32.SafeHandles;

namespace Linnet.Cli;

/// <summary>What the program was started in: its streams, its clock and whether people watch.</summary>
/// <param name="Out">Standard output: results, the panel, JSON.</param>
/// <param name="Error">Standard error: what went wrong, and notices that must not mix with results.</param>
/// <param name="Time">The clock of everything that runs.</param>
/// <param name="IsTerminal">Whether standard output is a terminal that can redraw.</param>
/// <param name="HasKeys">Whether standard input is a terminal whose keys can be read.</param>
/// <param name="IsDebugging">Whether errors show their stack trace (LINNET_DEBUG=1).</param>
internal sealed record Shell(TextWriter Out, TextWriter Error, TimeProvider Time, bool IsTerminal, bool HasKeys, bool IsDebugging)
{
    public static Shell OfThisProcess() => new(
        StandardOutput(),
        Console.Error,
        TimeProvider.System,
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
        !Console.IsInputRedirected,
        Environment.GetEnvironmentVariable("LINNET_DEBUG") == "1");

    /// <summary>Says one thing to the person on standard error, in the form every message has.</summary>
    public void Say(string sentence) => Error.WriteLine($"linnet: {Text.Printable(sentence)}");

    // The console's own writer keeps quiet when whoever read a pipe has gone, and the program would run on for nobody. A file stays with the
    // console: other programs may write to it as well, and only the system knows where its end is.
    private static TextWriter StandardOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return Console.Out;
        }

        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.Out : TextWriter.Synchronized(new StreamWriter(stream) { AutoFlush = true });
    }
}
