using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Linnet.Native;

/// <summary>The one call of OpenSSL 3 that .NET does not offer, in the library that .NET itself has loaded.</summary>
internal static partial class LibSsl
{
    private const string Library = "libssl.so.3";
    private const int ControlMode = 33;       // SSL_CTRL_MODE
    private const nint ReleaseBuffers = 0x10; // SSL_MODE_RELEASE_BUFFERS

    /// <summary>Whether .NET uses OpenSSL 3 here. Another version has other structures.</summary>
    internal static bool IsUsed { get; } = Find();

    /// <summary>Lets OpenSSL free the buffers of a connection whenever they are empty.</summary>
    /// <param name="connection">An <c>SSL</c> of .NET.</param>
    /// <returns>The modes of the connection.</returns>
    internal static nint ReleaseEmptyBuffers(nint connection) => Control(connection, ControlMode, ReleaseBuffers, 0);

    /// <summary>Whether a mode lets OpenSSL free empty buffers.</summary>
    internal static bool ReleasesBuffers(nint modes) => (modes & ReleaseBuffers) != 0;

    private static bool Find()
    {
        try
        {
            return OperatingSystem.IsLinux() && SafeEvpPKeyHandle.OpenSslVersion >> 28 == 3
                && NativeLibrary.TryLoad(Library, out nint library) && NativeLibrary.TryGetExport(library, "SSL_ctrl", out _);
        }
        catch (Exception e) when (e is PlatformNotSupportedException or DllNotFoundException or TypeInitializationException)
        {
            return false;
        }
    }

    [LibraryImport(Library, EntryPoint = "SSL_ctrl")]
    private static partial nint Control(nint connection, int command, nint value, nint pointer);
}
