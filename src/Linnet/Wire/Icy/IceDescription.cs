using System.Globalization;
using Linnet.Audio;
using Linnet.Wire.Http;

namespace Linnet.Wire.Icy;

/// <summary>What a source says about its station in <c>ice-*</c> headers, or a server about its own in <c>icy-*</c> ones.</summary>
/// <param name="Name">The station's name. Like all texts here one clean line of at most 256 characters, or <see langword="null"/>.</param>
/// <param name="Description">A sentence about it.</param>
/// <param name="Genre">Such as <c>jazz</c>.</param>
/// <param name="Url">Its web page: an address of http or https.</param>
/// <param name="IsPublic">Whether it may be listed; <see langword="null"/> if nothing is said.</param>
/// <param name="BitRate">Bits per second; 0 if nothing is said. A claim, nothing to rely on.</param>
/// <param name="SampleRate">Hz; 0 if nothing is said. A claim, too.</param>
/// <param name="Channels">Channels; 0 if nothing is said. A claim, too.</param>
public sealed record IceDescription(
    string? Name, string? Description, string? Genre, string? Url, bool? IsPublic, int BitRate, int SampleRate, int Channels)
{
    private const int MaxKilobits = 100_000;
    private const int MaxRate = 768_000;
    private const int MaxChannels = 255;

    /// <summary>Reads the headers of a source or a server. What is malformed counts as not said.</summary>
    public static IceDescription Read(HttpHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        (int kilobits, int rate, int channels) = ReadAudioInfo(First(headers, "audio-info") ?? "");

        // Several servers put them in one header: "128,128".
        string[]? rates = First(headers, "br")?.Split(',') ?? First(headers, "bitrate")?.Split(',');
        int told = Number(rates?[0], MaxKilobits);
        return new IceDescription(
            Text(headers, "name"), Text(headers, "description"), Text(headers, "genre"), WebAddress(Text(headers, "url")),
            (First(headers, "public") ?? First(headers, "pub")) switch { "1" => true, "0" => false, _ => (bool?)null },
            1000 * (told > 0 ? told : kilobits),
            rate > 0 ? rate : Number(First(headers, "sr"), MaxRate),
            channels);
    }

    /// <summary>Adds them to our own answer as <c>icy-*</c> headers.</summary>
    public void AddTo(HttpHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        headers.AddText("icy-name", Name);
        headers.AddText("icy-description", Description);
        headers.AddText("icy-genre", Genre);
        headers.AddText("icy-url", Url);
        headers.Add("icy-pub", IsPublic == true ? "1" : "0");
        if (BitRate > 0)
        {
            headers.Add("icy-br", (BitRate / 1000).ToString(CultureInfo.InvariantCulture));
        }

        if (SampleRate > 0)
        {
            headers.Add("icy-sr", SampleRate.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static string? First(HttpHeaders headers, string name) => headers["ice-" + name] ?? headers["icy-" + name];

    private static string? Text(HttpHeaders headers, string name) => First(headers, name) is string value ? TagText.Clean(value) : null;

    /// <summary>An address that may stand in a page: it does not begin with <c>javascript:</c>.</summary>
    private static string? WebAddress(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? text : null;

    /// <summary>Reads <c>ice-bitrate=128;ice-samplerate=44100;ice-channels=2</c>, also without the prefixes.</summary>
    private static (int Kilobits, int Rate, int Channels) ReadAudioInfo(string text)
    {
        int kilobits = 0, rate = 0, channels = 0;
        foreach (Range part in text.AsSpan().Split(';'))
        {
            ReadOnlySpan<char> pair = text.AsSpan(part).Trim();
            int equals = pair.IndexOf('=');
            if (equals < 0)
            {
                continue;
            }

            ReadOnlySpan<char> name = pair[..equals];
            string value = pair[(equals + 1)..].ToString();
            switch (name.StartsWith("ice-", StringComparison.OrdinalIgnoreCase) ? name[4..] : name)
            {
                case "bitrate":
                    kilobits = Number(value, MaxKilobits);
                    break;
                case "samplerate":
                    rate = Number(value, MaxRate);
                    break;
                case "channels":
                    channels = Number(value, MaxChannels);
                    break;
            }
        }

        return (kilobits, rate, channels);
    }

    private static int Number(string? text, int most) =>
        int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most ? number : 0;
}
