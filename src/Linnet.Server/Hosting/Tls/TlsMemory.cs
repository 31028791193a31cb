using System.Net.Security;
using System.Reflection;
using System.Runtime.InteropServices;
using Linnet.Native;

namespace Linnet.Server.Hosting.Tls;

/// <summary>
/// Keeps the memory of TLS connections small: OpenSSL frees the buffers of a connection while it has nothing to read or write.
/// </summary>
/// <remarks>
/// .NET has no setting for this, so the handle of the connection is taken from a private field (ADR 25). If a version of .NET has no such
/// field, or its TLS is not OpenSSL 3, connections take more memory, and nothing else changes.
/// </remarks>
internal static class TlsMemory
{
    private static readonly FieldInfo? Handle =
        LibSsl.IsUsed ? typeof(SslStream).GetField("_securityContext", BindingFlags.Instance | BindingFlags.NonPublic) : null;

    /// <summary>Lets OpenSSL free empty buffers of a connection. After the handshake.</summary>
    /// <returns>Whether it does so from now on.</returns>
    internal static bool Save(SslStream connection)
    {
        if (Handle?.GetValue(connection) is not SafeHandle handle)
        {
            return false;
        }

        bool isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            return LibSsl.ReleasesBuffers(LibSsl.ReleaseEmptyBuffers(handle.DangerousGetHandle()));
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (isHeld)
            {
                handle.DangerousRelease();
            }
        }
    }
}
