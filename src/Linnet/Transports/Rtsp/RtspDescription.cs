using System.Diagnostics.CodeAnalysis;
using Linnet.Codecs;
using Linnet.Wire.Rtsp;
using Linnet.Wire.Sdp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// The audio that a server offers and that is played: of the sections that can be decoded the one that is sent to us, or the first of
/// equals.
/// </summary>
/// <param name="Payload">The encoding of the audio.</param>
/// <param name="PayloadType">Its RTP payload type.</param>
/// <param name="TrackUri">The URI for SETUP.</param>
/// <param name="OtherTrackUri">The URI for SETUP if the server does not know the first; <see langword="null"/>: none.</param>
/// <param name="SessionUri">The URI for PLAY and TEARDOWN.</param>
/// <param name="Title">The session's name, if it has one.</param>
/// <param name="StartsNow">Whether the server counts time from now rather than from the start of the programme.</param>
/// <param name="IsLive">Whether no end is announced: then a goodbye without a reason may be temporary.</param>
/// <param name="Repair">How losses can be repaired.</param>
/// <param name="Sections">How many audio sections can be played, including this one.</param>
internal sealed record RtspDescription(
    PayloadFormat Payload,
    byte PayloadType,
    string TrackUri,
    string? OtherTrackUri,
    string SessionUri,
    string? Title,
    bool StartsNow,
    bool IsLive,
    RepairOffer Repair,
    int Sections)
{
    private const int MaxTitle = 200;
    private const int MaxListed = 8;
    private static readonly string[] Directions = ["recvonly", "sendrecv", "sendonly", "inactive"];

    /// <summary>Parses the response to DESCRIBE; untrusted.</summary>
    /// <param name="server">The server, for error messages.</param>
    /// <param name="request">The DESCRIBE request.</param>
    /// <param name="response">A successful response.</param>
    /// <param name="sections">Selects one of several audio sections; without it, the best.</param>
    /// <exception cref="RtspException">The body is not SDP, or nothing in it can be played.</exception>
    internal static RtspDescription Read(string server, RtspRequest request, RtspResponse response, AudioSections? sections = null)
    {
        if (!SessionDescription.TryParse(response.Body.Span, out SessionDescription? sdp))
        {
            throw RtspFailure.NoDescription(server);
        }

        // A Content-Base that starts with a slash is on the requested server. Any other relative one is useless: then the request's URI is
        // the base.
        string baseUri = response.BaseUri(request.Uri);
        baseUri = baseUri[0] == '/' ? SdpControl.Resolve(request.Uri, baseUri) : baseUri;
        baseUri = RtspUri.TryParse(baseUri, out _) ? baseUri : request.Uri;
        IReadOnlyList<AudioOffer> offers = Rank(server, sdp, baseUri);
        AudioOffer offer = offers[sections?.ChooseOf(offers.Count) ?? 0];
        string sessionUri = sdp.AggregateUri(baseUri);
        string? otherUri = offer.Media.Control is ['/', not '/', ..] control ? $"{sessionUri.TrimEnd('/')}{control}" : null;
        return new RtspDescription(
            PayloadOf(offer.Format),
            offer.Format.PayloadType,
            RtspGrammar.IsUri(offer.ControlUri) ? offer.ControlUri : throw RtspFailure.NoDescription(server),
            RtspGrammar.IsUri(otherUri) ? otherUri : null,
            RtspGrammar.IsUri(sessionUri) ? sessionUri : baseUri,
            TitleOf(sdp),
            sdp.Value("range")?.StartsWith("npt=now", StringComparison.OrdinalIgnoreCase) == true,
            !RangeHeader.TryParse(sdp.Value("range"), out RangeHeader? range) || range.End is null,
            RepairOffer.Read(offer.Media, offer.Format),
            offers.Count);
    }

    // The first decodable format of each section; sections in the order in which they are likely to be sent to us.
    private static IReadOnlyList<AudioOffer> Rank(string server, SessionDescription sdp, string baseUri)
    {
        string? problem = null;
        bool isAtRest = true;
        var offers = new List<AudioOffer>();
        foreach (AudioOffer offer in sdp.AudioOffers(baseUri))
        {
            if (offers.Any(taken => taken.Media == offer.Media))
            {
                continue;
            }

            if (PreferenceOf(sdp, offer.Media) is null)
            {
                problem ??= "The server does not send it now (a=inactive).";
                continue;
            }

            isAtRest = false;
            if (AudioDecoders.TryCreate(PayloadOf(offer.Format), out IAudioDecoder? decoder, out string? reason))
            {
                decoder.Dispose();
                offers.Add(offer);
            }
            else
            {
                problem ??= reason;
            }
        }

        if (offers.Count > 0)
        {
            return [.. offers.OrderBy(offer => PreferenceOf(sdp, offer.Media))];
        }

        // A section that is inactive now may be sent later. One that cannot be decoded never can, and one without audio is not a station.
        throw new RtspException($"Cannot play what {server} offers ({Offered(sdp)}). {problem}".TrimEnd())
        {
            IsFinal =
            !isAtRest || problem is null
        };
    }

    // ONVIF states the direction from the client's side (its Streaming Specification, on back channels): recvonly is what the camera sends,
    // sendonly its loudspeaker. Others state it from their own side: then it is sendonly, and there is nothing else. The attribute of a
    // section takes precedence over the session's.
    private static int? PreferenceOf(SessionDescription sdp, MediaDescription media)
    {
        string? direction = Directions.FirstOrDefault(name => media.Value(name) is not null)
            ?? Directions.FirstOrDefault(name => sdp.Value(name) is not null);
        return direction switch { "recvonly" => 0, "sendonly" => 2, "inactive" => null, _ => 1 };
    }

    private static PayloadFormat PayloadOf(RtpMap map) => new(map.EncodingName, map.ClockRate, map.Channels, map.Parameters);

    private static string Offered(SessionDescription sdp)
    {
        IEnumerable<string> media = sdp.Media.Take(MaxListed).Select(media =>
        {
            string formats =
                string.Join(" or ", media.RtpMaps().Take(MaxListed).Select(map => $"{map.EncodingName}/{map.ClockRate}/{map.Channels}"));
            return $"{media.Type} {(formats.Length > 0 ? formats : string.Join(' ', media.Formats.Take(MaxListed)))}";
        });
        string list = RtspFailure.Quote(string.Join(", ", media));
        return list.Length > 0 ? list : "no media";
    }

    // Placeholder names that servers use for sessions without a title.
    private static string? TitleOf(SessionDescription sdp)
    {
        string title = RtspFailure.Quote(sdp.Name);
        bool isEmpty =
            title is "" or "-" or "No Name" or "Unnamed" || title.StartsWith("Session streamed", StringComparison.OrdinalIgnoreCase);
        return isEmpty ? null : title.Length <= MaxTitle ? title : title[..MaxTitle];
    }
}
