using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Linnet.Cli.Outputs;

/// <summary>
/// Switches the console of Windows to UTF-8 and to the escape sequences of other terminals, and back at the end: other programs in the same
/// window may expect their code page.
/// </summary>
/// <remarks>Source: Console Virtual Terminal Sequences, Microsoft Learn.</remarks>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsConsole : IDisposable
{
    private const int StandardOutput = -11;
    private const uint ProcessedOutput = 1;
    private const uint TerminalSequences = 4;
    private const uint Utf8 = 65001;

    private readonly uint _inputCodePage = GetInputCodePage();
    private readonly uint _outputCodePage = GetOutputCodePage();
    private readonly nint _output = GetHandle(StandardOutput);
    private readonly uint? _mode;

    private WindowsConsole()
    {
        // Without a console, all of this fails and changes nothing.
        _ = SetInputCodePage(Utf8);
        _ = SetOutputCodePage(Utf8);
        if (GetMode(_output, out uint mode) != 0)
        {
            _mode = mode;
            CanRedraw = SetMode(_output, mode | ProcessedOutput | TerminalSequences) != 0;
        }
    }

    /// <summary>The console of this process, if it was prepared.</summary>
    internal static WindowsConsole? OfThisProcess { get; private set; }

    /// <summary>Whether standard output is a console that can redraw.</summary>
    internal bool CanRedraw { get; }

    /// <summary>Prepares the console. Call it before anything is written.</summary>
    internal static WindowsConsole Prepare()
    {
        var console = new WindowsConsole();

        // A second Ctrl-C ends the process at once.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => console.Dispose();
        return OfThisProcess = console;
    }

    /// <summary>Restores the console.</summary>
    public void Dispose()
    {
        if (_mode is uint mode)
        {
            _ = SetMode(_output, mode);
        }

        if (_inputCodePage != 0)
        {
            _ = SetInputCodePage(_inputCodePage);
        }

        if (_outputCodePage != 0)
        {
            _ = SetOutputCodePage(_outputCodePage);
        }
    }

    [LibraryImport("kernel32.dll", EntryPoint = "GetStdHandle")]
    private static partial nint GetHandle(int number);

    [LibraryImport("kernel32.dll", EntryPoint = "GetConsoleMode")]
    private static partial int GetMode(nint handle, out uint mode);

    [LibraryImport("kernel32.dll", EntryPoint = "SetConsoleMode")]
    private static partial int SetMode(nint handle, uint mode);

    [LibraryImport("kernel32.dll", EntryPoint = "GetConsoleCP")]
    private static partial uint GetInputCodePage();

    [LibraryImport("kernel32.dll", EntryPoint = "SetConsoleCP")]
    private static partial int SetInputCodePage(uint codePage);

    [LibraryImport("kernel32.dll", EntryPoint = "GetConsoleOutputCP")]
    private static partial uint GetOutputCodePage();

    [LibraryImport("kernel32.dll", EntryPoint = "SetConsoleOutputCP")]
    private static partial int SetOutputCodePage(uint codePage);
}
