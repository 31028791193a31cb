using System.Globalization;
using Linnet.Audio;
using Linnet.Wire;

namespace Linnet.Sources;

/// <summary>Parses one <c>[NAME=]SOURCE</c> of the command line.</summary>
internal static class SourceSpecParser
{
    private const string Tone = "tone";
    private const string Microphone = "mic";
    private const string Push = "push";

    /// <summary>Maximum length parsed: more than the longest path of any system.</summary>
    private const int MaxLength = 40_000;

    /// <summary>Parses a text; the name is empty if none is given.</summary>
    internal static bool TryParse(
        string text, Func<string, bool> fileExists, Func<string, bool> folderExists, out SourceSpec spec, out string problem)
    {
        spec = new SourceSpec("", SourceKind.Path, text);
        problem = "";
        if (text.Length == 0)
        {
            problem = "A source is empty: use a file, a folder, a playlist, an rtsp or http address, '-' for standard input, 'push', "
                + "'tone' or 'mic'.";
            return false;
        }

        if (text.Contains('\0') || text.Length > MaxLength)
        {
            problem = "A source is not a valid file name.";
            return false;
        }

        // The address of a camera may contain equals signs: rtsp://HOST/cam?channel=1.
        int equals = SourceAddress.IsUrl(text) ? -1 : text.IndexOf('=');
        if (equals < 0 || fileExists(text) || folderExists(text))
        {
            return TryReadSource("", text, out spec, out problem);
        }

        string name = text[..equals];
        if (StationName.IsValid(name))
        {
            return TryReadSource(name, text[(equals + 1)..], out spec, out problem);
        }

        if (name.AsSpan().IndexOfAny('/', '\\', '.') >= 0 && !IsThere(text[(equals + 1)..], fileExists, folderExists))
        {
            // A path with '=' that does not exist; opening it will report that.
            return true;
        }

        problem = $"'{name}' is not a valid station name: use a to z, 0 to 9 and -, at most "
            + $"{StationName.MaxLength}, such as jazz=song.wav.";
        return false;
    }

    /// <summary>Whether the text is certainly a source, so that the text before it was meant as a name: <c>live.mp3=push</c>.</summary>
    private static bool IsThere(string source, Func<string, bool> fileExists, Func<string, bool> folderExists) =>
        TryReadSource("", source, out SourceSpec spec, out _)
            && (spec.Kind is not SourceKind.Path || fileExists(source) || folderExists(source));

    private static bool TryReadSource(string name, string source, out SourceSpec spec, out string problem)
    {
        spec = new SourceSpec(name, SourceKind.Path, source);
        problem = "";
        if (source.Length == 0)
        {
            problem = $"'{name}=' has no source: use {name}=song.wav, for example.";
            return false;
        }

        if (source == "-")
        {
            spec = new SourceSpec(name, SourceKind.StandardInput, "");
        }
        else if (source == Tone || source.StartsWith(Tone + ":", StringComparison.Ordinal))
        {
            return TryReadTone(name, source, out spec, out problem);
        }
        else if (source == Microphone || source.StartsWith(Microphone + ":", StringComparison.Ordinal))
        {
            spec = new SourceSpec(name, SourceKind.Capture, source.Length > Microphone.Length ? source[(Microphone.Length + 1)..] : "");
        }
        else if (source == Push || source.StartsWith(Push + ":", StringComparison.Ordinal))
        {
            return TryReadPush(name, source, out spec, out problem);
        }
        else if (SourceAddress.IsUrl(source))
        {
            return TryReadAddress(name, source, out spec, out problem);
        }

        return true;
    }

    private static bool TryReadPush(string name, string source, out SourceSpec spec, out string problem)
    {
        spec = new SourceSpec(name, SourceKind.Push, "");
        problem = "";
        if (source.Length == Push.Length)
        {
            return true;
        }

        string[] parts = source.Split(':');
        if (parts.Length == 3
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int rate)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int channels)
            && new AudioFormat(rate, channels) is { IsValid: true } format)
        {
            spec = spec with { Format = format };
            return true;
        }

        problem = $"'{source}' is not a valid push source: use push:RATE:CHANNELS with "
            + $"{AudioFormat.MinSampleRate} to {AudioFormat.MaxSampleRate} Hz and 1 to {AudioFormat.MaxChannels} channels, such as "
            + "push:44100:2.";
        return false;
    }

    private static bool TryReadAddress(string name, string source, out SourceSpec spec, out string problem)
    {
        spec = new SourceSpec(name, SourceKind.Pull, source);
        bool isAddress = Uri.TryCreate(source, UriKind.Absolute, out Uri? address)
            && address is { Scheme: "rtsp" or "rtsps" or "http" or "https", Host.Length: > 0 };
        problem = isAddress
            ? "" : $"{ShownAddress.Of(source)} is not a supported address: use "
                + "rtsp://HOST/NAME, rtsps://HOST/NAME, http://HOST/NAME or https://HOST/NAME.";
        return isAddress;
    }

    private static bool TryReadTone(string name, string source, out SourceSpec spec, out string problem)
    {
        const NumberStyles Style = NumberStyles.AllowDecimalPoint;
        double frequency = ToneSource.DefaultFrequency;
        ReadOnlySpan<char> hz = source.Length > Tone.Length ? source.AsSpan(Tone.Length + 1) : default;
        bool isNumber = source.Length == Tone.Length || double.TryParse(hz, Style, CultureInfo.InvariantCulture, out frequency);
        bool isTone = isNumber && frequency is >= ToneSource.MinFrequency and <= ToneSource.MaxFrequency;
        spec = new SourceSpec(name, SourceKind.Tone, "", isTone ? frequency : ToneSource.DefaultFrequency);
        problem = isTone
            ? "" : $"'{source}' is not a valid tone: use tone:HZ with {ToneSource.MinFrequency} to {ToneSource.MaxFrequency} Hz, such as "
                + "tone:440.";
        return isTone;
    }
}
