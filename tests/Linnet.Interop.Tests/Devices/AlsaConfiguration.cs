using System.Runtime.InteropServices;

namespace Linnet.Interop.Tests.Devices;

/// <summary>The file that tells ALSA which devices there are, for the whole process.</summary>
internal static partial class AlsaConfiguration
{
    internal static void Use(string path)
    {
        // ALSA reads the C library's environment; .NET has only a copy of it.
        Assert.Equal(0, SetEnvironment("ALSA_CONFIG_PATH", path, 1));

        // PortAudio uses what ALSA last read, whatever the file says now, and ends the process if that has no "default".
        Assert.Equal(0, Forget());
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libasound.so.2", EntryPoint = "snd_config_update_free_global")]
    private static partial int Forget();
}
