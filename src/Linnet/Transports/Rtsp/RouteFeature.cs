using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// How two ends of ours agree on a secret by which the listener can have its datagrams sent to another port of its address.
/// </summary>
/// <remarks>
/// A feature tag in <c>Supported</c> of SETUP, repeated in the answer, which then has the secret in <c>Linnet-Route</c>: 32 hexadecimal
/// digits. The player shows it by RTCP (<see cref="Wire.Rtcp.RouteProof"/>), to our RTP port and to our RTCP port.
/// </remarks>
internal static class RouteFeature
{
    /// <summary>The feature's tag.</summary>
    internal const string Tag = "linnet.route";

    private const int Digits = 32;

    /// <summary>Whether the sender of a message knows the feature.</summary>
    internal static bool IsSupportedBy(RtspMessage message) => message.Headers.Members(RtspHeaderNames.Supported).Contains(Tag);

    /// <summary>A secret that nobody can guess.</summary>
    internal static UInt128 NewSecret() => BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16));

    /// <summary>Tells it. Who did not ask hears nothing of it.</summary>
    internal static RtspResponse Tell(RtspResponse response, UInt128? secret)
    {
        if (secret is UInt128 told)
        {
            response.Headers.Add(RtspHeaderNames.Supported, Tag);
            response.Headers.Add(RtspHeaderNames.LinnetRoute, told.ToString("X32", CultureInfo.InvariantCulture));
        }

        return response;
    }

    /// <summary>What an answer tells; <see langword="null"/>: nothing.</summary>
    internal static UInt128? Read(RtspResponse response) =>
        IsSupportedBy(response)
        && response.Headers[RtspHeaderNames.LinnetRoute] is { Length: Digits } text
        && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 secret)
            ? secret
            : null;
}
