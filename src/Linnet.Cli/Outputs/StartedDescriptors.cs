using System.Runtime.InteropServices;
using System.Text;

namespace Linnet.Cli.Outputs;

/// <summary>
/// Sees to it that standard input, output and error are what the program was started with. One that was closed (<c>linnet serve …
/// &gt;&amp;-</c>) is a number the runtime takes for something of its own, such as the pipe it hears of signals by: what is written there
/// does harm.
/// </summary>
internal static unsafe partial class StartedDescriptors
{
    private const int GetFlags = 1; // F_GETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC
    private const string Shell = "/bin/sh";

    /// <summary>
    /// Starts the program anew, in this very process, with an empty input or an output to nowhere in place of what is missing. Returns if
    /// nothing is missing, or where that cannot be done.
    /// </summary>
    internal static void Ensure()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        string redirections =
            string.Concat(Enumerable.Range(0, 3).Where(IsMissing).Select(static d => d == 0 ? " </dev/null" : $" {d}>/dev/null"));
        if (redirections.Length > 0)
        {
            StartAnew(redirections);
        }
    }

    // What a program is started with survived an exec, which nothing does that is to be closed then; all that the runtime opens is.
    internal static bool IsMissing(int descriptor) =>
        Control(descriptor, GetFlags) is var flags && (flags < 0 || (flags & CloseOnExec) != 0);

    private static void StartAnew(string redirections)
    {
        try
        {
            string? program = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)?.FullName;
            string[] arguments = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];
            if (program is not null && arguments.Length > 0)
            {
                Execute(["sh", "-c", $"exec \"$0\" \"$@\"{redirections}", program, .. arguments[1..]]);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sandbox without /proc: the program goes on with what it has.
        }
    }

    private static void Execute(string[] arguments)
    {
        byte** vector = (byte**)NativeMemory.AllocZeroed((nuint)arguments.Length + 1, (nuint)sizeof(byte*));
        for (int i = 0; i < arguments.Length; i++)
        {
            byte[] text = Encoding.UTF8.GetBytes(arguments[i] + '\0');
            vector[i] = (byte*)NativeMemory.Alloc((nuint)text.Length);
            text.CopyTo(new Span<byte>(vector[i], text.Length));
        }

        // Only a failure comes back. Then the few bytes stay until the end.
        _ = Exec(Shell, vector);
    }

    /// <remarks>The only form of the variadic call that is used takes no third argument.</remarks>
    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Exec(string path, byte** arguments);
}
