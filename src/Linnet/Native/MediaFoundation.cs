using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Linnet.Native;

/// <summary>
/// The codecs of Windows. Results are HRESULTs, negative on failure. Its objects are COM objects, which are called through their tables:
/// see <see cref="ComObject"/>.
/// </summary>
/// <remarks>Editions of Windows without media features (N, KN, Server Core) lack the libraries.</remarks>
[SupportedOSPlatform("windows")]
internal static unsafe partial class MediaFoundation
{
    private const uint Version = 0x00020070;
    private const uint WithoutSockets = 1; // MFSTARTUP_LITE

    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>Whether this edition of Windows has it. Starts it once, for as long as the process runs.</summary>
    internal static bool IsAvailable => Started.Value;

    [LibraryImport("mfreadwrite.dll", StringMarshalling = StringMarshalling.Utf16)]
    internal static partial int MFCreateSourceReaderFromURL(string path, nint attributes, nint* reader);

    [LibraryImport("mfplat.dll")]
    internal static partial int MFCreateMediaType(nint* type);

    [LibraryImport("mfplat.dll")]
    private static partial int MFStartup(uint version, uint flags);

    private static bool Start()
    {
        try
        {
            return NativeLibrary.TryLoad("mfreadwrite.dll", typeof(MediaFoundation).Assembly, DllImportSearchPath.System32, out _)
                && MFStartup(Version, WithoutSockets) >= 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }
}
