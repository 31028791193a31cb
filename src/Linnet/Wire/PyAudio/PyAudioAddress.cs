using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Linnet.Wire.PyAudio;

/// <summary>
/// The address of a server that uses the PyAudio tutorial's formats: <c>pyaudio-tcp://HOST[:9610]</c> or
/// <c>pyaudio-udp://HOST[:9633]</c>.
/// </summary>
/// <param name="IsTcp">Whether the server uses the TCP format.</param>
/// <param name="Host">A name or an address; IPv6 without brackets, with its zone.</param>
/// <param name="Port">The port, 1 to 65535.</param>
internal sealed record PyAudioAddress(bool IsTcp, string Host, int Port)
{
    /// <summary>The scheme of the TCP format.</summary>
    public const string TcpScheme = "pyaudio-tcp";

    /// <summary>The scheme of the UDP format.</summary>
    public const string UdpScheme = "pyaudio-udp";

    /// <summary>The TCP port of the tutorial's server.</summary>
    public const int DefaultTcpPort = 9610;

    /// <summary>The UDP port of the tutorial's server.</summary>
    public const int DefaultUdpPort = 9633;

    /// <summary>Reads an address. A server has one stream, so an address with a path is refused.</summary>
    public static bool TryParse(Uri uri, [NotNullWhen(true)] out PyAudioAddress? address)
    {
        ArgumentNullException.ThrowIfNull(uri);
        address = null;
        if (!uri.IsAbsoluteUri || uri.Scheme is not (TcpScheme or UdpScheme) || uri.DnsSafeHost.Length == 0 || uri.UserInfo.Length > 0
            || uri.Port == 0
            || uri.PathAndQuery is not ("" or "/"))
        {
            return false;
        }

        bool isTcp = uri.Scheme == TcpScheme;
        address = new PyAudioAddress(isTcp, ZonedHost.Of(uri), uri.Port > 0 ? uri.Port : isTcp ? DefaultTcpPort : DefaultUdpPort);
        return true;
    }

    /// <summary>Host and port, for messages.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
