using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Linnet.Cli;

/// <summary>
/// Notices that the user signs out of Windows or shuts it down. Windows tells a console program through its
/// console. A program that uses Windows Audio counts as one with windows, and is told through a window only: this class makes a hidden one.
/// </summary>
/// <remarks>Source: HandlerRoutine and WM_ENDSESSION, Microsoft Learn.</remarks>
[SupportedOSPlatform("windows")]
internal static unsafe partial class SessionEnd
{
    private const uint QueryEndSession = 0x11; // WM_QUERYENDSESSION
    private const uint EndSession = 0x16; // WM_ENDSESSION
    private const int SignOut = 5; // CTRL_LOGOFF_EVENT

    private static Action? _end;

    /// <summary>Calls <paramref name="end"/> at the end of the session. Windows ends the process when it returns, or after 5 s.</summary>
    internal static void Watch(Action end)
    {
        _end = end;
        _ = SetConsoleHandler(&OnConsole, 1);
        new Thread(RunWindow) { IsBackground = true, Name = "linnet-session" }.Start();
    }

    // Without a desktop there may be no window; then no user signs out either.
    private static void RunWindow()
    {
        fixed (char* name = "LinnetSession")
        {
            var kind = new WindowClass { Size = (uint)sizeof(WindowClass), Procedure = &OnMessage, Instance = GetModule(0), Name = name };
            if (RegisterClass(&kind) == 0
                || CreateWindow(0, name, name, 0, 0, 0, 0, 0, parent: 0, menu: 0, kind.Instance, parameter: 0) == 0)
            {
                return;
            }

            Message message;
            while (GetMessage(&message, 0, 0, 0) > 0)
            {
                _ = Dispatch(&message);
            }
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static nint OnMessage(nint window, uint message, nint first, nint second)
    {
        if (message == QueryEndSession)
        {
            return 1;
        }

        // 0: another program has kept the session from ending.
        if (message == EndSession && first != 0)
        {
            _end?.Invoke();
        }

        return message == EndSession ? 0 : HandleByDefault(window, message, first, second);
    }

    // A service stays when a user signs out.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static int OnConsole(int kind)
    {
        if (kind != SignOut)
        {
            return 0;
        }

        if (Environment.UserInteractive)
        {
            _end?.Invoke();
        }

        return 1;
    }

    [LibraryImport("kernel32.dll", EntryPoint = "SetConsoleCtrlHandler")]
    private static partial int SetConsoleHandler(delegate* unmanaged[Stdcall]<int, int> handler, int adds);

    [LibraryImport("kernel32.dll", EntryPoint = "GetModuleHandleW")]
    private static partial nint GetModule(nint name);

    [LibraryImport("user32.dll", EntryPoint = "RegisterClassExW")]
    private static partial ushort RegisterClass(WindowClass* kind);

    [LibraryImport("user32.dll", EntryPoint = "CreateWindowExW")]
    private static partial nint CreateWindow(
        uint extendedStyle, char* kind, char* title, uint style, int x, int y, int width, int height, nint parent, nint menu, nint instance,
        nint parameter);

    [LibraryImport("user32.dll", EntryPoint = "GetMessageW")]
    private static partial int GetMessage(Message* message, nint window, uint first, uint last);

    [LibraryImport("user32.dll", EntryPoint = "DispatchMessageW")]
    private static partial nint Dispatch(Message* message);

    [LibraryImport("user32.dll", EntryPoint = "DefWindowProcW")]
    private static partial nint HandleByDefault(nint window, uint message, nint first, nint second);

    /// <summary>WNDCLASSEXW.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct WindowClass
    {
        internal uint Size;
        internal uint Style;
        internal delegate* unmanaged[Stdcall]<nint, uint, nint, nint, nint> Procedure;
        internal int ClassExtra;
        internal int WindowExtra;
        internal nint Instance;
        internal nint Icon;
        internal nint Cursor;
        internal nint Background;
        internal nint Menu;
        internal char* Name;
        internal nint SmallIcon;
    }

    /// <summary>MSG.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        internal nint Window;
        internal uint Kind;
        internal nint First;
        internal nint Second;
        internal uint Time;
        internal int X;
        internal int Y;
        internal uint Private;
    }
}
