using System.Diagnostics.CodeAnalysis;
using Linnet.Audio;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Pcm;

namespace Linnet.Codecs;

/// <summary>Creates the decoder for the format in a session description.</summary>
internal static class AudioDecoders
{
    /// <summary>Creates a decoder, or says why there is none.</summary>
    /// <param name="payload">The format that a peer described; untrusted.</param>
    /// <param name="decoder">The decoder; the caller disposes it.</param>
    /// <param name="problem">Otherwise a sentence for the user.</param>
    public static bool TryCreate(
        PayloadFormat payload, [NotNullWhen(true)] out IAudioDecoder? decoder, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(payload);

        decoder = null;
        problem = Problem(payload);
        if (problem is not null)
        {
            return false;
        }

        decoder = Create(payload);
        return true;
    }

    private static string? Problem(PayloadFormat payload)
    {
        if (payload.Is("opus"))
        {
            return payload.ClockRate != OpusEncoder.SampleRate || payload.Channels is < 1 or > 2
                ? $"Opus is offered as {payload.ClockRate} Hz with {payload.Channels} channels, but RFC 7587 allows only opus/48000/2."
                : null;
        }

        if (!payload.Is("L16") && !payload.Is("L24") && !payload.Is("PCMU") && !payload.Is("PCMA"))
        {
            return $"The stream is encoded as {Printable(payload.EncodingName)}; Linnet decodes L16, L24, opus, PCMU and PCMA.";
        }

        return payload.Clock.IsValid
            ? null
            : $"The stream has {payload.ClockRate} Hz and {payload.Channels} channels; Linnet plays "
                + $"{AudioFormat.MinSampleRate} to {AudioFormat.MaxSampleRate} Hz and 1 to {AudioFormat.MaxChannels} channels.";
    }

    private static IAudioDecoder Create(PayloadFormat payload) => payload.EncodingName.ToUpperInvariant() switch
    {
        "OPUS" => new OpusDecoder(OpusChannels(payload)),
        "L16" => new LinearPcmDecoder(payload.Clock, 16),
        "L24" => new LinearPcmDecoder(payload.Clock, 24),
        "PCMU" => G711Decoder.ForMuLaw(payload.Clock),
        _ => G711Decoder.ForALaw(payload.Clock),
    };

    /// <summary>Mono only if the sender declares it: a stereo decoder plays mono packets, too, and some stereo senders omit it.</summary>
    private static int OpusChannels(PayloadFormat payload)
    {
        foreach (string parameter in payload.Parameters.Split(';', StringSplitOptions.TrimEntries))
        {
            if (parameter.Replace(" ", "", StringComparison.Ordinal).Equals("sprop-stereo=0", StringComparison.OrdinalIgnoreCase))
            {
                return 1;
            }
        }

        return payload.Channels;
    }

    /// <summary>Text from a peer, made safe to print.</summary>
    private static string Printable(string name) =>
        name.Length is > 0 and <= 40 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+')
            ? name : "something unknown";
}
