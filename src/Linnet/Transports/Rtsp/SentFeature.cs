using System.Globalization;
using System.Text;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// How a player of ours asks how much it was sent: where that grows and nothing comes, the way is lost and not the sound.
/// </summary>
/// <remarks>
/// A feature tag in <c>Supported</c> of SETUP, repeated in the answer. From then on GET_PARAMETER with the body <c>linnet.packets-sent</c>
/// is answered with <c>linnet.packets-sent: 12345</c>.
/// </remarks>
internal static class SentFeature
{
    /// <summary>The feature's tag.</summary>
    internal const string Tag = "linnet.sent";

    private const string Parameter = "linnet.packets-sent";

    private static readonly byte[] Question = Encoding.ASCII.GetBytes(Parameter);

    /// <summary>Whether the sender of a message knows the feature.</summary>
    internal static bool IsSupportedBy(RtspMessage message) => message.Headers.Members(RtspHeaderNames.Supported).Contains(Tag);

    /// <summary>Says in an answer that the question may be asked. Who does not know it hears nothing of it.</summary>
    internal static RtspResponse Confirm(RtspResponse response, bool isKnown)
    {
        if (isKnown)
        {
            response.Headers.Add(RtspHeaderNames.Supported, Tag);
        }

        return response;
    }

    /// <summary>Makes a request the question.</summary>
    internal static void Ask(RtspRequest request)
    {
        request.Headers.Add(RtspHeaderNames.ContentType, RepairFeature.ParametersType);
        request.Body = (byte[])[.. Question, .. "\r\n"u8];
    }

    /// <summary>Whether a request, which came from anyone, is the question.</summary>
    internal static bool IsAskedBy(RtspRequest request) =>
        request.Method == RtspMethod.GetParameter && request.Body.Span.Trim(" \t\r\n"u8).SequenceEqual(Question);

    /// <summary>Answers it.</summary>
    internal static RtspResponse Tell(RtspResponse response, long packets)
    {
        response.Headers.Add(RtspHeaderNames.ContentType, RepairFeature.ParametersType);
        response.Body = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Parameter}: {packets}\r\n"));
        return response;
    }

    /// <summary>What an answer tells; <see langword="null"/>: nothing.</summary>
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
