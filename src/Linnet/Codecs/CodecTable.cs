using Linnet.Codecs.Ffmpeg;
using Linnet.Codecs.Streams;
using Linnet.Native;

namespace Linnet.Codecs;

/// <summary>All formats: what reads and what encodes each of them on this machine, and what would add the rest.</summary>
/// <remarks>The first part of each list that is there is used, as <see cref="CodecChoice"/> says to the code that decodes.</remarks>
internal sealed class CodecTable
{
    private static readonly CodecPart Linnet = new("Linnet");
    private static readonly CodecPart LibFlac = new("libFLAC", NativeLibraries.Flac);
    private static readonly CodecPart LibOpus = new("libopus", NativeLibraries.Opus);
    private static readonly CodecPart Concentus = new("Concentus");
    private static readonly CodecPart LibSndFile = new("libsndfile", NativeLibraries.SndFile);
    private static readonly CodecPart MediaFoundation = new("Media Foundation");
    private static readonly CodecPart Ffmpeg = new("ffmpeg");

    private static readonly (string Format, StreamCodec Codec, CodecPart[] Read, CodecPart[] Encode)[] Formats =
    [
        ("WAV, RF64, PCM (L16, L24)", StreamCodec.Pcm, [Linnet], [Linnet]),
        ("G.711 (A-law, mu-law)", StreamCodec.Other, [Linnet], []),
        ("AIFF", StreamCodec.Other, [Linnet], []),
        ("FLAC", StreamCodec.Flac, [LibFlac, Linnet], [LibFlac]),
        ("MP3", StreamCodec.Mp3, [new("libmpg123", NativeLibraries.Mpg123), new("NLayer")],
            [new("libmp3lame", NativeLibraries.Mp3Lame)]),
        ("Opus", StreamCodec.Opus, [LibOpus, Concentus], [LibOpus, Concentus]),
        ("Vorbis", StreamCodec.Vorbis, [new("libvorbis", NativeLibraries.Vorbis), Linnet],
            [new("libvorbisenc", NativeLibraries.Vorbis, NativeLibraries.VorbisEnc)]),
        ("AU, CAF, W64, ADPCM in WAV", StreamCodec.Other, [LibSndFile, Ffmpeg], []),
        ("AAC", StreamCodec.Aac, [MediaFoundation, Ffmpeg], [Ffmpeg]),
        ("ALAC, WMA, video files", StreamCodec.Other, [MediaFoundation, Ffmpeg], []),
    ];

    private readonly Func<string, bool> _hasLibrary;
    private readonly bool _hasFfmpeg;
    private readonly bool _isWindows;

    /// <summary>Creates the table of a machine.</summary>
    /// <param name="hasLibrary">Whether a C library is used, by its name in <see cref="NativeLibraries"/>.</param>
    /// <param name="hasFfmpeg">Whether ffmpeg is installed.</param>
    /// <param name="isWindows">Whether the machine has Media Foundation: Windows, except some editions.</param>
    /// <param name="isManagedOnly">Whether the user has turned off the C libraries.</param>
    internal CodecTable(Func<string, bool> hasLibrary, bool hasFfmpeg, bool isWindows, bool isManagedOnly)
    {
        _hasLibrary = hasLibrary;
        _hasFfmpeg = hasFfmpeg;
        _isWindows = isWindows;
        IsManagedOnly = isManagedOnly;
        Rows = [.. Formats.Select(f => new CodecRow(f.Format, f.Codec, Use(f.Read), Use(f.Encode)))];
    }

    /// <summary>The table of this machine.</summary>
    internal static CodecTable Current { get; } = new(
        CodecChoice.Uses, FfmpegProcess.IsInstalled, OperatingSystem.IsWindows() && Native.MediaFoundation.IsAvailable,
        CodecChoice.IsManagedOnly);

    /// <summary>The formats.</summary>
    internal IReadOnlyList<CodecRow> Rows { get; }

    /// <summary>Whether the user has turned off the C libraries.</summary>
    internal bool IsManagedOnly { get; }

    /// <summary>The C libraries that are missing and would do something here, or do it faster.</summary>
    internal IReadOnlyList<string> Missing =>
        [.. Parts.SelectMany(static part => part.Libraries).Distinct().Where(library => !_hasLibrary(library))];

    /// <summary>Whether ffmpeg is missing and would do something here.</summary>
    internal bool LacksFfmpeg => Parts.Contains(Ffmpeg);

    /// <summary>Whether managed code stands in for a C library.</summary>
    internal bool UsesManaged => Rows.Any(static row => row.Read.IsManaged || row.Encode.IsManaged);

    /// <summary>Why this machine cannot encode a codec, as a sentence; <see langword="null"/> if it can.</summary>
    /// <param name="codec">A codec of renditions.</param>
    internal string? EncoderProblem(StreamCodec codec)
    {
        CodecRow row = Rows.Single(row => row.Codec == codec && codec != StreamCodec.Other);
        return row.Encode.Provider is not null ? null
            : row.Encode.ToAdd == Ffmpeg ? $"ffmpeg is not installed. To add it: {FfmpegProcess.HowToInstall}."
            : IsManagedOnly ? $"There is no managed encoder, and {CodecChoice.Variable}={CodecChoice.Managed} turns off the C libraries."
            : $"{row.Encode.ToAdd!.Name} is not installed. To add it: {NativeLibraries.HowToAdd([.. Lacks(row.Encode.ToAdd)])}.";
    }

    /// <summary>The providers of all codecs that a C library could do, in one line.</summary>
    internal string Summary => string.Join(
        ", ",
        Rows.Where(static row => row.Codec is not (StreamCodec.Other or StreamCodec.Pcm or StreamCodec.Aac))
            .Select(static row => row.Encode.Provider switch
            {
                null => $"{row.Format} {row.Read.Provider} (no encoder)",
                var encoder when encoder == row.Read.Provider => $"{row.Format} {encoder}",
                var encoder => $"{row.Format} {row.Read.Provider} and {encoder}",
            }));

    private IEnumerable<CodecPart> Parts =>
        Rows.SelectMany(static row => new[] { row.Read.ToAdd, row.Encode.ToAdd }).OfType<CodecPart>().Distinct();

    private IEnumerable<string> Lacks(CodecPart part) => part.Libraries.Where(library => !_hasLibrary(library));

    private CodecUse Use(CodecPart[] parts)
    {
        int chosen = Array.FindIndex(parts, IsThere);

        // What comes before the chosen one is better and missing. Nothing adds a part of another system.
        CodecPart? missing = parts.Take(chosen < 0 ? parts.Length : chosen).FirstOrDefault(static part => part != MediaFoundation);
        bool isManaged = chosen > 0 && parts[chosen] != Ffmpeg && parts[0].Libraries.Length > 0;
        return new CodecUse(chosen < 0 ? null : parts[chosen].Name, isManaged, missing);
    }

    private bool IsThere(CodecPart part) => part == Ffmpeg ? _hasFfmpeg
        : part == MediaFoundation ? _isWindows
        : part.Libraries.All(_hasLibrary);
}
