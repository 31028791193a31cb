using System.Globalization;
using System.Text;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>How our client and our server agree on repairing losses, and on which copies are sent with the packets.</summary>
/// <remarks>
/// A feature tag in <c>Supported</c> (RFC 7826 §18.51, which RTSP 1.0 ignores) of DESCRIBE and SETUP, repeated in the response; and one
/// parameter of a session: <c>linnet.redundancy: copies=2;spacing=40</c>, or <c>none</c>.
/// </remarks>
internal static class RepairFeature
{
    /// <summary>The feature tag.</summary>
    internal const string Tag = "linnet.repair";

    private const string Parameter = "linnet.redundancy";
    private const string None = "none";

    /// <summary>The content type of a body with parameters.</summary>
    internal const string ParametersType = "text/parameters";

    /// <summary>Whether the sender of a message supports the feature.</summary>
    internal static bool IsSupportedBy(RtspMessage message) => message.Headers.Members(RtspHeaderNames.Supported).Contains(Tag);

    /// <summary>Confirms the feature in a response, if it is on. A client that did not ask gets no tag.</summary>
    internal static RtspResponse Confirm(RtspResponse response, bool isOn)
    {
        if (isOn)
        {
            response.Headers.Add(RtspHeaderNames.Supported, Tag);
        }

        return response;
    }

    /// <summary>Writes the body that requests copies, or none.</summary>
    internal static byte[] Write(Redundancy? redundancy) => Encoding.ASCII.GetBytes(redundancy is Redundancy wanted
        ? string.Create(CultureInfo.InvariantCulture, $"{Parameter}: copies={wanted.Copies};spacing={wanted.SpacingMs}\r\n")
        : $"{Parameter}: {None}\r\n");

    /// <summary>Parses a body; untrusted.</summary>
    /// <returns>Whether it contains only this parameter, with a permitted value.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> body, out Redundancy? redundancy)
    {
        redundancy = null;
        string[] parts = Encoding.ASCII.GetString(body).Split(':', 2, StringSplitOptions.TrimEntries);
        if (parts.Length != 2 || !parts[0].Equals(Parameter, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (parts[1] == None)
        {
            return true;
        }

        if (parts[1].Split(';') is not [string copies, string spacing]
            || !TryReadNumber(copies, "copies=", out int count)
            || !TryReadNumber(spacing, "spacing=", out int ms)
            || new Redundancy(count, ms) is not { IsValid: true } wanted)
        {
            return false;
        }

        redundancy = wanted;
        return true;
    }

    /// <summary>Applies a session's SET_PARAMETER request.</summary>
    /// <returns><see langword="false"/> if the body is invalid, or repair was not agreed on.</returns>
    internal static bool TrySet(RtspServerSession session, ReadOnlySpan<byte> body)
    {
        if (session.Feedback.Repair is not RepairSender repair
            || !TryRead(body, out Redundancy? redundancy)
            || (redundancy is not null && !session.Resource.Ring.Info.HasRoomForCopies))
        {
            return false;
        }

        repair.Redundancy = redundancy;
        return true;
    }

    private static bool TryReadNumber(string text, string name, out int number)
    {
        number = 0;
        return text.StartsWith(name, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
