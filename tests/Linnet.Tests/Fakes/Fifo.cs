using System.Runtime.InteropServices;

namespace Linnet.Tests.Fakes;

/// <summary>Makes named pipes. Linux only.</summary>
internal static partial class Fifo
{
    private const uint ForOwner = 0x180;

    internal static string Make(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux distinguishes pipes from files.");
        Assert.Equal(0, MakeFifo(path, ForOwner));
        return path;
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
