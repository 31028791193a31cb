using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Linnet.Native;

/// <summary>
/// The priority that Windows gives to threads that work for a sound card: above those of ordinary programs, so that a busy machine does not
/// interrupt sound.
/// </summary>
/// <remarks>Source: Multimedia Class Scheduler Service, Microsoft Learn.</remarks>
[SupportedOSPlatform("windows")]
internal static partial class ProAudio
{
    private const string Task = "Pro Audio";

    /// <summary>Raises the priority of the calling thread; ends with <see cref="Leave"/>.</summary>
    /// <returns>0 if Windows refuses: the service is switched off.</returns>
    internal static nint Enter()
    {
        try
        {
            uint index = 0;
            return Set(Task, ref index);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return 0;
        }
    }

    /// <summary>Returns the calling thread to its ordinary priority.</summary>
    internal static void Leave(nint entered)
    {
        if (entered != 0)
        {
            _ = Revert(entered);
        }
    }

    [LibraryImport("avrt.dll", EntryPoint = "AvSetMmThreadCharacteristicsW", StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint Set(string task, ref uint index);

    [LibraryImport("avrt.dll", EntryPoint = "AvRevertMmThreadCharacteristics")]
    private static partial int Revert(nint handle);
}
