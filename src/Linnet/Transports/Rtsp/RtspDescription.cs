using System.Diagnostics.CodeAnalysis;
using Linnet.Codecs;
using Linnet.Wire.Rtsp;
using Linnet.Wire.Sdp;

namespace Linnet.Transports.Rtsp;

/// <summary>What a server offers, and which of it is taken: the first sound that can be decoded.</summary>
/// <param name="Payload">How the sound is encoded.</param>
/// <param name="PayloadType">The RTP payload type it has.</param>
/// <param name="TrackUri">What to SETUP.</param>
/// <param name="SessionUri">What to PLAY and to TEARDOWN.</param>
/// <param name="Title">The session's name, if it has one.</param>
/// <param name="StartsNow">Whether the server counts time from now rather than from the start of the programme.</param>
/// <param name="IsLive">Whether it has no end that the server knows of: what says goodbye without a reason may only have stopped.</param>
/// <param name="Repair">How losses of it can be repaired.</param>
internal sealed record RtspDescription(
    PayloadFormat Payload, byte PayloadType, string TrackUri, string SessionUri, string? Title, bool StartsNow, bool IsLive, RepairOffer Repair)
{
    private const int MaxTitle = 200;
    private const int MaxListed = 8;

    /// <summary>Reads the answer to DESCRIBE, which came from anyone.</summary>
    /// <param name="server">For the sentence.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="response">A success.</param>
    /// <exception cref="RtspException">It is no SDP, or nothing in it can be played.</exception>
    internal static RtspDescription Read(string server, RtspRequest request, RtspResponse response)
    {
        if (!SessionDescription.TryParse(response.Body.Span, out SessionDescription? sdp))
        {
            throw RtspFailure.NoDescription(server);
        }

        // A relative Content-Base helps nobody; then the request's own address is the base.
        string baseUri = response.BaseUri(request.Uri);
        baseUri = RtspUri.TryParse(baseUri, out _) ? baseUri : request.Uri;
        AudioOffer offer = Choose(server, sdp, baseUri);
        string sessionUri = sdp.AggregateUri(baseUri);
        return new RtspDescription(
            PayloadOf(offer.Format),
            offer.Format.PayloadType,
            RtspGrammar.IsUri(offer.ControlUri) ? offer.ControlUri : throw RtspFailure.NoDescription(server),
            RtspGrammar.IsUri(sessionUri) ? sessionUri : baseUri,
            TitleOf(sdp),
            sdp.Value("range")?.StartsWith("npt=now", StringComparison.OrdinalIgnoreCase) == true,
            !RangeHeader.TryParse(sdp.Value("range"), out RangeHeader? range) || range.End is null,
            RepairOffer.Read(offer.Media, offer.Format));
    }

    private static AudioOffer Choose(string server, SessionDescription sdp, string baseUri)
    {
        string? problem = null;
        foreach (AudioOffer offer in sdp.AudioOffers(baseUri))
        {
            if (AudioDecoders.TryCreate(PayloadOf(offer.Format), out IAudioDecoder? decoder, out string? reason))
            {
                decoder.Dispose();
                return offer;
            }

            problem ??= reason;
        }

        throw new RtspException($"Nothing that {server} offers there can be played ({Offered(sdp)}). {problem}".TrimEnd()) { IsFinal = true };
    }

    private static PayloadFormat PayloadOf(RtpMap map) => new(map.EncodingName, map.ClockRate, map.Channels, map.Parameters);

    private static string Offered(SessionDescription sdp)
    {
        IEnumerable<string> media = sdp.Media.Take(MaxListed).Select(media =>
        {
            string formats = string.Join(" or ", media.RtpMaps().Take(MaxListed).Select(map => $"{map.EncodingName}/{map.ClockRate}/{map.Channels}"));
            return $"{media.Type} {(formats.Length > 0 ? formats : string.Join(' ', media.Formats.Take(MaxListed)))}";
        });
        string list = RtspFailure.Quote(string.Join(", ", media));
        return list.Length > 0 ? list : "no media at all";
    }

    // Servers that have nothing to say say it in one of these ways.
    private static string? TitleOf(SessionDescription sdp)
    {
        string title = RtspFailure.Quote(sdp.Name);
        bool isEmpty = title is "" or "-" or "No Name" or "Unnamed" || title.StartsWith("Session streamed", StringComparison.OrdinalIgnoreCase);
        return isEmpty ? null : title.Length <= MaxTitle ? title : title[..MaxTitle];
    }
}
