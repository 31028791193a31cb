using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Linnet.Wire.Messages;

namespace Linnet.Wire.Rtsp;

/// <summary>Two neighbours, one for RTP and one for RTCP: UDP ports, or channels of an interleaved connection.</summary>
/// <param name="Rtp">Where RTP goes.</param>
/// <param name="Rtcp">Where RTCP goes: as named, or the one after <paramref name="Rtp"/>.</param>
internal readonly record struct TransportPair(int Rtp, int Rtcp)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rtp}-{Rtcp}");

    internal static TransportPair? Parse(ReadOnlySpan<char> text, int least, int most)
    {
        int dash = text.IndexOf('-');
        ReadOnlySpan<char> first = dash < 0 ? text : text[..dash];
        if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int rtp))
        {
            return null;
        }

        int rtcp = rtp == int.MaxValue ? rtp : rtp + 1;
        if (dash >= 0 && !int.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out rtcp))
        {
            return null;
        }

        return rtp >= least && rtp <= most && rtcp >= least && rtcp <= most ? new TransportPair(rtp, rtcp) : null;
    }
}

/// <summary>One way of delivery: <c>RTP/AVP;unicast;client_port=8000-8001</c>.</summary>
/// <remarks>
/// Source: RFC 2326 §12.39. A parameter that is unknown or malformed counts as absent; a missing one decides the answer (461).
/// </remarks>
internal sealed record TransportSpec
{
    /// <summary>RTP over UDP.</summary>
    public const string Udp = "RTP/AVP";

    /// <summary>SRTP over UDP.</summary>
    public const string SecureUdp = "RTP/SAVP";

    /// <summary>RTP in the RTSP connection.</summary>
    public const string Tcp = "RTP/AVP/TCP";

    private const int MaxParameters = 32;

    /// <summary>
    /// Transport, profile and lower transport in upper case: <see cref="Udp"/> (which <c>RTP/AVP/UDP</c> is read as), <see cref="Tcp"/>,
    /// <see cref="SecureUdp"/> (also read from <c>RTP/SAVP/UDP</c>), or one that is not supported, such as <c>RTP/AVPF</c>.
    /// </summary>
    public required string Protocol { get; init; }

    /// <summary>Whether this is RTP over UDP or interleaved, or SRTP over UDP, and so can be spoken here.</summary>
    public bool IsSupported => Protocol is Udp or Tcp or SecureUdp;

    /// <summary>Whether packets are encrypted (SRTP).</summary>
    public bool IsSecure => Protocol is SecureUdp;

    /// <summary>Whether RTP is interleaved in the RTSP connection.</summary>
    public bool IsTcp => Protocol is Tcp;

    /// <summary>Whether <c>multicast</c> was asked for. A spec that says neither is taken for unicast, as every server does.</summary>
    public bool IsMulticast { get; init; }

    /// <summary>The client's UDP ports, 1 to 65535.</summary>
    public TransportPair? ClientPort { get; init; }

    /// <summary>The server's UDP ports, 1 to 65535.</summary>
    public TransportPair? ServerPort { get; init; }

    /// <summary>Channels in the RTSP connection, 0 to 255.</summary>
    public TransportPair? Interleaved { get; init; }

    /// <summary>UDP ports of a multicast, 1 to 65535.</summary>
    public TransportPair? Port { get; init; }

    /// <summary>
    /// Where the client wants the sound sent: text from a peer, <b>never to be obeyed</b> without proof that it is there.
    /// </summary>
    public string? Destination { get; init; }

    /// <summary>Where the sound will come from, as the server says.</summary>
    public string? Source { get; init; }

    /// <summary>The RTP stream's SSRC, written as eight hexadecimal digits.</summary>
    public uint? Ssrc { get; init; }

    /// <summary>Hops a multicast may go, 0 to 255.</summary>
    public byte? TimeToLive { get; init; }

    /// <summary><c>PLAY</c> (the default) or <c>RECORD</c>, in upper case and without quotes.</summary>
    public string? Mode { get; init; }

    /// <summary>Whether the client wants to send rather than hear.</summary>
    public bool IsRecord => Mode is not (null or "PLAY");

    /// <summary>The spec as it goes into the header.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Protocol).Append(IsMulticast ? ";multicast" : ";unicast");
        Append(text, "destination", Destination);
        Append(text, "source", Source);
        Append(text, "ttl", TimeToLive?.ToString(CultureInfo.InvariantCulture));
        Append(text, "port", Port?.ToString());
        Append(text, "client_port", ClientPort?.ToString());
        Append(text, "server_port", ServerPort?.ToString());
        Append(text, "interleaved", Interleaved?.ToString());
        Append(text, "ssrc", Ssrc?.ToString("X8", CultureInfo.InvariantCulture));
        Append(text, "mode", Mode is null ? null : $"\"{Mode}\"");
        return text.ToString();
    }

    internal static bool TryParse(string text, [NotNullWhen(true)] out TransportSpec? spec)
    {
        spec = null;
        string[] parts = text.Split(';', MaxParameters + 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is 0 or > MaxParameters || !parts[0].Contains('/') || parts[0].Any(c => !char.IsAsciiLetterOrDigit(c) && c != '/'))
        {
            return false;
        }

        string protocol = parts[0].ToUpperInvariant();
        spec = new TransportSpec { Protocol = protocol switch { "RTP/AVP/UDP" => Udp, "RTP/SAVP/UDP" => SecureUdp, _ => protocol } };
        foreach (string part in parts.AsSpan(1))
        {
            spec = spec.With(part);
        }

        return true;
    }

    private static void Append(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(';').Append(name).Append('=').Append(value);
        }
    }

    private TransportSpec With(string parameter)
    {
        int equals = parameter.IndexOf('=');
        string name = (equals < 0 ? parameter : parameter[..equals]).TrimEnd().ToUpperInvariant();
        string value = equals < 0 ? "" : parameter[(equals + 1)..].Trim(' ', '\t', '"');
        return name switch
        {
            "UNICAST" => this with { IsMulticast = false },
            "MULTICAST" => this with { IsMulticast = true },
            "CLIENT_PORT" => this with { ClientPort = TransportPair.Parse(value, 1, ushort.MaxValue) },
            "SERVER_PORT" => this with { ServerPort = TransportPair.Parse(value, 1, ushort.MaxValue) },
            "PORT" => this with { Port = TransportPair.Parse(value, 1, ushort.MaxValue) },
            "INTERLEAVED" => this with { Interleaved = TransportPair.Parse(value, 0, byte.MaxValue) },
            "DESTINATION" => this with { Destination = RtspGrammar.IsUri(value) ? value : null },
            "SOURCE" => this with { Source = RtspGrammar.IsUri(value) ? value : null },
            "SSRC" => this with { Ssrc = ParseSsrc(value) },
            "TTL" => this with { TimeToLive = ParseTimeToLive(value) },
            "MODE" => this with { Mode = MessageGrammar.IsToken(value) ? value.ToUpperInvariant() : null },
            _ => this,
        };
    }

    private static uint? ParseSsrc(string value) =>
        uint.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint ssrc) ? ssrc : null;

    private static byte? ParseTimeToLive(string value) =>
        byte.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out byte hops) ? hops : null;
}
