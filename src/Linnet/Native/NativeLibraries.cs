using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Windows would also look into the working directory and PATH, where anyone may have put a file of that name.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]

namespace Linnet.Native;

/// <summary>Finds the C libraries that Linnet calls, and says what to install if one is missing.</summary>
internal static class NativeLibraries
{
    internal const string Opus = "opus";
    internal const string SndFile = "sndfile";
    internal const string Mp3Lame = "mp3lame";
    internal const string Flac = "FLAC";
    internal const string Vorbis = "vorbis";
    internal const string VorbisEnc = "vorbisenc";
    internal const string Mpg123 = "mpg123";
    internal const string Pulse = "pulse";
    internal const string Alsa = "asound";
    internal const string PortAudio = "portaudio";
    internal const string Srtp = "srtp2";

    private static readonly ConcurrentDictionary<string, nint> Loaded = new();

    private static readonly Dictionary<string, Library> Known = new()
    {
        [Opus] = new(
            "libopus", ["libopus.so.0", "libopus.0.dylib", "libopus.dylib", "/opt/homebrew/lib/libopus.dylib", "opus.dll", "libopus-0.dll"],
            "libopus0", "opus", "opus"),
        [SndFile] = new(
            "libsndfile",
            ["libsndfile.so.1", "libsndfile.1.dylib", "libsndfile.dylib", "/opt/homebrew/lib/libsndfile.dylib", "sndfile.dll",
                "libsndfile-1.dll"], "libsndfile1", "libsndfile", "libsndfile"),
        [Mp3Lame] = new(
            "libmp3lame",
            ["libmp3lame.so.0", "libmp3lame.0.dylib", "libmp3lame.dylib", "/opt/homebrew/lib/libmp3lame.dylib", "libmp3lame.dll",
                "libmp3lame-0.dll"], "libmp3lame0", "lame-libs", "lame"),
        [Flac] = new(
            "libFLAC", ["libFLAC.so.12", "libFLAC.so.14", "libFLAC.so.8", "libFLAC.dylib", "/opt/homebrew/lib/libFLAC.dylib", "FLAC.dll",
                "libFLAC.dll"], "libflac12", "flac-libs", "flac"),
        [Vorbis] = new(
            "libvorbis", ["libvorbis.so.0", "libvorbis.0.dylib", "libvorbis.dylib", "/opt/homebrew/lib/libvorbis.dylib", "vorbis.dll",
                "libvorbis-0.dll"], "libvorbis0a", "libvorbis", "libvorbis"),
        [VorbisEnc] =
            new("libvorbisenc",
                ["libvorbisenc.so.2", "libvorbisenc.2.dylib", "libvorbisenc.dylib", "/opt/homebrew/lib/libvorbisenc.dylib", "vorbisenc.dll",
                    "libvorbisenc-2.dll"], "libvorbisenc2", "libvorbis", "libvorbis"),
        [Mpg123] = new(
            "libmpg123", ["libmpg123.so.0", "libmpg123.0.dylib", "libmpg123.dylib", "/opt/homebrew/lib/libmpg123.dylib", "mpg123.dll",
                "libmpg123-0.dll"], "libmpg123-0", "mpg123-libs", "mpg123"),
        [Pulse] = new("libpulse", ["libpulse.so.0"], "libpulse0", "pulseaudio-libs", "pulseaudio"),
        [Alsa] = new("ALSA", ["libasound.so.2"], "libasound2", "alsa-lib", "alsa-lib"),
        [PortAudio] = new(
            "PortAudio",
            ["libportaudio.so.2", "libportaudio.2.dylib", "libportaudio.dylib", "/opt/homebrew/lib/libportaudio.dylib",
                "/usr/local/lib/libportaudio.dylib", "portaudio_x64.dll"], "libportaudio2", "portaudio", "portaudio"),
        [Srtp] = new(
            "libsrtp", ["libsrtp2.so.1", "libsrtp2.1.dylib", "libsrtp2.dylib", "/opt/homebrew/lib/libsrtp2.dylib", "srtp2.dll",
                "libsrtp2-1.dll"], "libsrtp2-1", "libsrtp", "srtp"),
    };

    /// <summary>Whether the library can be used on this machine.</summary>
    internal static bool IsAvailable(string name) => Resolve(name) != 0;

    /// <summary>A sentence that names the package to install, or <see langword="null"/> if the library is available.</summary>
    internal static string? Problem(string name) => IsAvailable(name) ? null : HowToInstall(name);

    /// <summary>Returns if the library can be used.</summary>
    /// <exception cref="DllNotFoundException">The library is missing; the message names the package to install.</exception>
    internal static void Require(string name)
    {
        if (!IsAvailable(name))
        {
            throw new DllNotFoundException(HowToInstall(name));
        }
    }

    /// <summary>The project's name of a library.</summary>
    internal static string NameOf(string name) => Known[name].Name;

    /// <summary>What to do to add libraries on this system, as a part of a sentence.</summary>
    internal static string HowToAdd(IReadOnlyCollection<string> names)
    {
        Library[] libraries = [.. names.Select(static name => Known[name])];
        return OperatingSystem.IsMacOS() ? $"brew install {Words(static library => library.BrewPackage)}"
            : OperatingSystem.IsWindows() ? $"put {Words(static library => library.Files[^1])} beside the program"
            : $"apt-get install {Words(static library => library.DebianPackage)} (Debian, Ubuntu) or dnf install "
                + $"{Words(static library => library.FedoraPackage)} (Fedora)";

        string Words(Func<Library, string> word) => string.Join(' ', libraries.Select(word).Distinct());
    }

#pragma warning disable CA2255 // The resolver must be in place before the first P/Invoke of this assembly.
    [ModuleInitializer]
    internal static void Install() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Find);
#pragma warning restore CA2255

    private static nint Find(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (!Known.ContainsKey(name))
        {
            return 0;
        }

        nint handle = Resolve(name);
        return handle != 0 ? handle : throw new DllNotFoundException(HowToInstall(name));
    }

    private static nint Resolve(string name) => Loaded.GetOrAdd(name, static key =>
    {
        foreach (string file in Known[key].Files)
        {
            if (TryLoad(file, out nint handle))
            {
                return handle;
            }
        }

        return 0;
    });

    // As the assembly's attribute says, which does not hold for this call.
    private static bool TryLoad(string file, out nint handle) => OperatingSystem.IsWindows()
        ? NativeLibrary.TryLoad(
            file, typeof(NativeLibraries).Assembly, DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories, out handle)
        : NativeLibrary.TryLoad(file, out handle);

    private static string HowToInstall(string name) => OperatingSystem.IsWindows()
        ? $"{NameOf(name)} is not installed. To add it, {HowToAdd([name])}."
        : $"{NameOf(name)} is not installed. Install it with: {HowToAdd([name])}";

    private sealed record Library(string Name, string[] Files, string DebianPackage, string FedoraPackage, string BrewPackage);
}
