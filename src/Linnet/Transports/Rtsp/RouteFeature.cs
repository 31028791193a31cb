using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// How our client and our server agree on a secret with which the listener can move its datagrams to another port of its address.
/// </summary>
/// <remarks>
/// A feature tag in <c>Supported</c> of SETUP, repeated in the response, which then has the secret in <c>Linnet-Route</c>: 32 hexadecimal
/// digits. The player sends it over RTCP (<see cref="Wire.Rtcp.RouteProof"/>), to our RTP port and to our RTCP port.
/// </remarks>
internal static class RouteFeature
{
    /// <summary>The feature tag.</summary>
    internal const string Tag = "linnet.route";

    private const int Digits = 32;

    /// <summary>Whether the sender of a message supports the feature.</summary>
    internal static bool IsSupportedBy(RtspMessage message) => message.Headers.Members(RtspHeaderNames.Supported).Contains(Tag);

    /// <summary>Creates a secret that cannot be guessed.</summary>
    internal static UInt128 NewSecret() => BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16));

    /// <summary>Adds the secret to a response. A client that did not ask gets none.</summary>
    internal static RtspResponse Tell(RtspResponse response, UInt128? secret)
    {
        if (secret is UInt128 told)
        {
            response.Headers.Add(RtspHeaderNames.Supported, Tag);
            response.Headers.Add(RtspHeaderNames.LinnetRoute, told.ToString("X32", CultureInfo.InvariantCulture));
        }

        return response;
    }

    /// <summary>The secret in a response; <see langword="null"/> if there is none.</summary>
    internal static UInt128? Read(RtspResponse response) =>
        IsSupportedBy(response)
        && response.Headers[RtspHeaderNames.LinnetRoute] is { Length: Digits } text
        && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 secret)
            ? secret
            : null;
}
