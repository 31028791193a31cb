using System.Globalization;
using System.Text;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// How our player asks a server for the number of packets sent: if that grows and nothing arrives, the path is lost, not the audio.
/// </summary>
/// <remarks>
/// A feature tag in <c>Supported</c> of SETUP, repeated in the response. From then on GET_PARAMETER with the body
/// <c>linnet.packets-sent</c> gets the response <c>linnet.packets-sent: 12345</c>.
/// </remarks>
internal static class SentFeature
{
    /// <summary>The feature tag.</summary>
    internal const string Tag = "linnet.sent";

    private const string Parameter = "linnet.packets-sent";

    private static readonly byte[] Question = Encoding.ASCII.GetBytes(Parameter);

    /// <summary>Whether the sender of a message supports the feature.</summary>
    internal static bool IsSupportedBy(RtspMessage message) => message.Headers.Members(RtspHeaderNames.Supported).Contains(Tag);

    /// <summary>Confirms the feature in a response, if the client supports it. Other clients get no tag.</summary>
    internal static RtspResponse Confirm(RtspResponse response, bool isKnown)
    {
        if (isKnown)
        {
            response.Headers.Add(RtspHeaderNames.Supported, Tag);
        }

        return response;
    }

    /// <summary>Turns a request into the question.</summary>
    internal static void Ask(RtspRequest request)
    {
        request.Headers.Add(RtspHeaderNames.ContentType, RepairFeature.ParametersType);
        request.Body = (byte[])[.. Question, .. "\r\n"u8];
    }

    /// <summary>Whether a request contains the question; untrusted.</summary>
    internal static bool IsAskedBy(RtspRequest request) =>
        request.Method == RtspMethod.GetParameter && request.Body.Span.Trim(" \t\r\n"u8).SequenceEqual(Question);

    /// <summary>Adds the number of packets to a response.</summary>
    internal static RtspResponse Tell(RtspResponse response, long packets)
    {
        response.Headers.Add(RtspHeaderNames.ContentType, RepairFeature.ParametersType);
        response.Body = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Parameter}: {packets}\r\n"));
        return response;
    }

    /// <summary>The number of packets in a response; <see langword="null"/> if there is none.</summary>
    internal static long? Read(RtspResponse response)
    {
        string[] parts = Encoding.ASCII.GetString(response.Body.Span).Split(':', 2, StringSplitOptions.TrimEntries);
        return response.Status.IsSuccess()
            && parts is [Parameter, var number]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long packets)
                ? packets
                : null;
    }
}
