using System.ComponentModel;
using System.Runtime.InteropServices;
using Linnet.Native;

namespace Linnet.Playback.Devices;

/// <summary>Checks whether a file can be written, before there is anything to write.</summary>
internal static class WritablePath
{
    /// <summary>Gets why the file cannot be written; <see langword="null"/> if no reason is known. Opens and creates nothing.</summary>
    /// <param name="path">The file. An existing one would be replaced.</param>
    /// <returns>The rest of a sentence, after a colon.</returns>
    internal static string? ProblemOf(string path)
    {
        if (Directory.Exists(path))
        {
            return "it is a folder.";
        }

        string folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        if (OperatingSystem.IsWindows())
        {
            return Directory.Exists(folder) ? null : $"there is no folder '{folder}'.";
        }

        return ErrorOf(path, LibC.MayWrite) switch
        {
            0 => null,
            LibC.NoSuchFile => ProblemOfFolder(folder),
            LibC.NotAFolder => $"'{folder}' is not a folder.",
            int error => Sentence(error),
        };
    }

    private static string? ProblemOfFolder(string folder) => ErrorOf(folder, LibC.MayWrite | LibC.MayEnter) switch
    {
        0 => null,
        LibC.NoSuchFile => $"there is no folder '{folder}'.",
        int error => Sentence(error),
    };

    private static int ErrorOf(string path, int mode) => LibC.Access(path, mode) == 0 ? 0 : Marshal.GetLastPInvokeError();

    private static string Sentence(int error) => new Win32Exception(error).Message + ".";
}
