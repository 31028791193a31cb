using Microsoft.Extensions.Logging;

namespace Linnet.Codecs;

/// <summary>Log messages about codecs. Event ids 9600–9609.</summary>
internal static partial class Log
{
    /// <summary>Says once, when a program begins, what decodes and encodes.</summary>
    internal static void SayCodecs(this ILogger logger, CodecTable codecs)
    {
        if (codecs.UsesManaged)
        {
            logger.ManagedCodecs(codecs.Summary);
        }
        else
        {
            logger.NativeCodecs(codecs.Summary);
        }
    }

    [LoggerMessage(9600, LogLevel.Information, "Codecs: {Codecs}. C libraries would be faster or add formats: see 'linnet formats'")]
    private static partial void ManagedCodecs(this ILogger logger, string codecs);

    [LoggerMessage(9601, LogLevel.Debug, "Codecs: {Codecs}")]
    private static partial void NativeCodecs(this ILogger logger, string codecs);
}
