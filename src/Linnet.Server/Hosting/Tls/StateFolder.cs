namespace Linnet.Server.Hosting.Tls;

/// <summary>The folder for what a server keeps between two runs.</summary>
internal static class StateFolder
{
    private const string Name = "linnet";
    private const string OfTheService = "/var/lib/linnet";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Finds or makes a folder below the usual place of this system: that of a service if it is writable, else the user's.
    /// </summary>
    /// <param name="folder">The folder's name there, such as <c>tls</c>.</param>
    /// <exception cref="IOException">No folder is writable; the message says what to do.</exception>
    internal static string Find(string folder)
    {
        string[] places = [.. Candidates()];
        return places.Select(place => Path.Join(place, folder)).FirstOrDefault(IsWritable)
            ?? throw new IOException(
                $"There is no folder to keep the server's own certificate: {string.Join(" and ", places)} cannot be written to. Name one "
                    + "with --state-folder.");
    }

    /// <summary>Makes a folder that only its owner can read, unless it is there.</summary>
    internal static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, Private);
        }
    }

    private static IEnumerable<string> Candidates()
    {
        if (OperatingSystem.IsWindows())
        {
            return [Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "Linnet")];
        }

        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
        {
            return [Path.Join(home, "Library", "Application Support", "Linnet")];
        }

        // Relative ones do not count (XDG Base Directory Specification).
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        string? own = Path.IsPathRooted(state) ? state : home.Length > 0 ? Path.Join(home, ".local", "state") : null;

        // Without a home folder there is no other place: keys do not belong into the working folder.
        return own is null ? [OfTheService] : [OfTheService, Path.Join(own, Name)];
    }

    private static bool IsWritable(string folder)
    {
        try
        {
            Make(folder);
            string probe = Path.Join(folder, Path.GetRandomFileName());
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose))
            {
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
