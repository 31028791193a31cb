using Linnet.Codecs;
using Linnet.Codecs.Streams;

namespace Linnet.Server.Tests;

/// <summary>The encoders of this machine. Without C libraries, nothing encodes MP3 and FLAC.</summary>
internal static class Encoders
{
    /// <summary>The extension of the rendition that pages and playlists name first.</summary>
    internal static string First => Has(StreamCodec.Mp3) ? "mp3" : "opus";

    /// <summary>The content type of <see cref="First"/>.</summary>
    internal static string FirstType => Has(StreamCodec.Mp3) ? "audio/mpeg" : "audio/ogg; codecs=opus";

    internal static bool Has(StreamCodec codec) => CodecTable.Current.EncoderProblem(codec) is null;

    /// <summary>Skips the test where nothing encodes the codec.</summary>
    internal static void SkipIfMissing(StreamCodec codec) =>
        Assert.SkipWhen(CodecTable.Current.EncoderProblem(codec) is not null, $"this machine cannot encode {codec}");
}
