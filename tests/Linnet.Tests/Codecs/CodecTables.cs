using Linnet.Codecs;

namespace Linnet.Tests.Codecs;

/// <summary>Tables of other machines.</summary>
internal static class CodecTables
{
    /// <summary>A machine without C libraries and ffmpeg.</summary>
    internal static CodecTable Bare { get; } = With();

    /// <summary>A machine with these C libraries alone.</summary>
    internal static CodecTable With(params string[] libraries) =>
        new(libraries.Contains, hasFfmpeg: false, isWindows: false, isManagedOnly: false);
}
