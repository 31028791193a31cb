using System.Globalization;

namespace Linnet.Wire.Sdp;

/// <summary>A <c>c=</c> line: the media's destination address.</summary>
/// <param name="Address">An address or a name; <c>0.0.0.0</c> if RTSP negotiates it.</param>
/// <param name="AddressType"><c>IP4</c> or <c>IP6</c>.</param>
/// <param name="TimeToLive">Hop limit of IPv4 multicast, 0 to 255.</param>
/// <remarks>Source: RFC 8866 §5.7. The number of consecutive multicast addresses is not kept.</remarks>
internal sealed record SdpConnection(string Address, string AddressType = "IP4", byte? TimeToLive = null)
{
    /// <summary>The line without <c>c=</c>.</summary>
    /// <exception cref="ArgumentException">A part is not one word.</exception>
    public override string ToString()
    {
        string hops = TimeToLive is byte ttl ? string.Create(CultureInfo.InvariantCulture, $"/{ttl}") : "";
        return $"IN {SdpGrammar.Field(AddressType, "An address type")} {SdpGrammar.Field(Address, "An address")}{hops}";
    }

    internal static SdpConnection? Parse(string value)
    {
        if (value.Split((char[])[' ', '\t'], 8, StringSplitOptions.RemoveEmptyEntries) is not ["IN", var type, var address, ..])
        {
            return null;
        }

        string[] parts = address.Split('/');
        byte? hops = null;
        if (type == "IP4" && parts.Length > 1
            && byte.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out byte ttl))
        {
            hops = ttl;
        }

        return parts[0].Length == 0 ? null : new SdpConnection(parts[0], type, hops);
    }
}
