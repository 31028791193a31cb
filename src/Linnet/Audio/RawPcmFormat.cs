using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Linnet.Audio;

/// <summary>The format of bare PCM without a header, such as <c>s16le:48000:2</c>.</summary>
/// <param name="Encoding">How each sample is stored.</param>
/// <param name="Format">Sample rate and channels; samples are interleaved.</param>
public sealed record RawPcmFormat(SampleEncoding Encoding, AudioFormat Format)
{
    /// <summary>Bytes of one frame.</summary>
    public int BytesPerFrame => Encoding.BytesPerSample * Format.Channels;

    /// <summary>Parses <c>ENCODING:RATE:CHANNELS</c>.</summary>
    /// <param name="text">The text, such as <c>s16le:48000:2</c>.</param>
    /// <param name="format">The format, if the text is valid.</param>
    /// <param name="problem">Otherwise a sentence that says what is wrong and what would be valid.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out RawPcmFormat? format, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);

        format = null;
        string[] parts = text.Split(':');
        if (parts.Length != 3)
        {
            problem = $"'{text}' is not a raw PCM format: use ENCODING:RATE:CHANNELS, such as s16le:48000:2.";
            return false;
        }

        if (!SampleEncoding.TryParse(parts[0], out SampleEncoding? encoding))
        {
            problem = $"'{parts[0]}' is not a sample encoding: use one of {string.Join(", ", SampleEncoding.All)}.";
            return false;
        }

        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int rate)
            || rate is < AudioFormat.MinSampleRate or > AudioFormat.MaxSampleRate)
        {
            problem = $"'{parts[1]}' is not a sample rate: use {AudioFormat.MinSampleRate} to {AudioFormat.MaxSampleRate} Hz.";
            return false;
        }

        if (!int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int channels)
            || channels is < 1 or > AudioFormat.MaxChannels)
        {
            problem = $"'{parts[2]}' is not a number of channels: use 1 to {AudioFormat.MaxChannels}.";
            return false;
        }

        format = new RawPcmFormat(encoding, new AudioFormat(rate, channels));
        problem = null;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Encoding}:{Format.SampleRate}:{Format.Channels}";
}
