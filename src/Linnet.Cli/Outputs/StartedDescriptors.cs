using System.Runtime.InteropServices;
using System.Text;

namespace Linnet.Cli.Outputs;

/// <summary>
/// Makes sure that standard input, output and error are open. If one was closed at the start (<c>linnet serve … &gt;&amp;-</c>), the
/// runtime may reuse its number for a descriptor of its own, such as the pipe for signals, and writing to it would do harm.
/// </summary>
internal static unsafe partial class StartedDescriptors
{
    private const int GetFlags = 1; // F_GETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC
    private const string Shell = "/bin/sh";

    /// <summary>
    /// Restarts the program in this process, with an empty input or a discarded output in place of missing descriptors. Returns if none
    /// is missing, or if that is not possible.
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

    // Inherited descriptors survived an exec, so they are not close-on-exec; all descriptors that the runtime opens are.
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
            // A sandbox without /proc: continue with the present descriptors.
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

        // Exec returns only on failure. The few bytes then stay allocated until the end.
        _ = Exec(Shell, vector);
    }

    /// <remarks>The only form of this variadic call used here takes no third argument.</remarks>
    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Exec(string path, byte** arguments);
}
