using System.Runtime.InteropServices;
using Linnet.Audio;

namespace Linnet.Tests.Fakes;

/// <summary>
/// Gives files and folders names that are not UTF-8, as <see cref="ByteText"/>, and removes them, because .NET could not delete them. Linux
/// only.
/// </summary>
internal sealed partial class RawNames : IDisposable
{
    private readonly Stack<(string From, string To)> _renamed = [];

    internal static bool AreThere => OperatingSystem.IsLinux();

    /// <summary>Renames a file or folder, and returns the new path.</summary>
    internal string Rename(string from, string to)
    {
        Move(from, to);
        _renamed.Push((from, to));
        return to;
    }

    public void Dispose()
    {
        foreach ((string from, string to) in _renamed)
        {
            Move(to, from);
        }
    }

    private static void Move(string from, string to) => Assert.Equal(0, Rename([.. ByteText.Encode(from), 0], [.. ByteText.Encode(to), 0]));

    [LibraryImport("libc", EntryPoint = "rename")]
    private static partial int Rename(byte[] from, byte[] to);
}
