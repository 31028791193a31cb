using System.Globalization;
using Linnet.Audio;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Icy;

/// <summary>A station's description: from a source's <c>ice-*</c> headers or a server's <c>icy-*</c> headers.</summary>
/// <param name="Name">The station's name, or <see langword="null"/>. All texts here are one clean line of at most 256
/// characters.</param>
/// <param name="Description">A sentence about the station.</param>
/// <param name="Genre">The genre, such as <c>jazz</c>.</param>
/// <param name="Url">The station's web page: an http or https address.</param>
/// <param name="IsPublic">Whether the station may be listed; <see langword="null"/> if not stated.</param>
/// <param name="BitRate">Bits per second; 0 if not stated. A claim by the peer: do not rely on it.</param>
/// <param name="SampleRate">Hz; 0 if not stated. Also a claim.</param>
internal sealed record IceDescription(
    string? Name, string? Description, string? Genre, string? Url, bool? IsPublic, int BitRate, int SampleRate)
{
    private const int MaxKilobits = 100_000;
    private const int MaxRate = 768_000;

    /// <summary>Reads the headers of a source or a server. Malformed values are ignored.</summary>
    public static IceDescription Read(MessageHeaders headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        (int kilobits, int rate) = ReadAudioInfo(First(headers, "audio-info") ?? "");

        // Several servers put two values in one header: "128,128".
        string[]? rates = First(headers, "br")?.Split(',') ?? First(headers, "bitrate")?.Split(',');
        int told = Number(rates?[0], MaxKilobits);
        return new IceDescription(
            Text(headers, "name"), Text(headers, "description"), Text(headers, "genre"), WebAddress(Text(headers, "url")),
            (First(headers, "public") ?? First(headers, "pub")) switch { "1" => true, "0" => false, _ => (bool?)null },
            1000 * (told > 0 ? told : kilobits),
            rate > 0 ? rate : Number(First(headers, "sr"), MaxRate));
    }

    /// <summary>Adds the description to a response, as <c>icy-*</c> headers.</summary>
    public void AddTo(MessageHeaders headers)
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

    private static string? First(MessageHeaders headers, string name) => headers["ice-" + name] ?? headers["icy-" + name];

    private static string? Text(MessageHeaders headers, string name) => First(headers, name) is string value ? TagText.Clean(value) : null;

    /// <summary>Accepts only addresses that are safe as a link in a page; <c>javascript:</c> is not.</summary>
    internal static string? WebAddress(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? text : null;

    /// <summary>Reads <c>ice-bitrate=128;ice-samplerate=44100</c>, with or without the prefixes. Other parts are ignored.</summary>
    private static (int Kilobits, int Rate) ReadAudioInfo(string text)
    {
        int kilobits = 0, rate = 0;
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
            }
        }

        return (kilobits, rate);
    }

    private static int Number(string? text, int most) =>
        int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= most ? number : 0;
}
