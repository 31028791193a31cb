using System.Diagnostics.CodeAnalysis;
using Linnet.Codecs;
using Linnet.Wire.Rtsp;
using Linnet.Wire.Sdp;

namespace Linnet.Transports.Rtsp;

/// <summary>
/// What a server offers, and which of it is taken: of the sound that can be decoded what is sent to us, the first of equals.
/// </summary>
/// <param name="Payload">How the sound is encoded.</param>
/// <param name="PayloadType">The RTP payload type it has.</param>
/// <param name="TrackUri">What to SETUP.</param>
/// <param name="OtherTrackUri">What to SETUP if the server does not know that; <see langword="null"/>: nothing.</param>
/// <param name="SessionUri">What to PLAY and to TEARDOWN.</param>
/// <param name="Title">The session's name, if it has one.</param>
/// <param name="StartsNow">Whether the server counts time from now rather than from the start of the programme.</param>
/// <param name="IsLive">Whether it has no end that the server knows of: what says goodbye without a reason may only have stopped.</param>
/// <param name="Repair">How losses of it can be repaired.</param>
/// <param name="Sections">How many audio sections could be taken, this one included.</param>
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

    /// <summary>Reads the answer to DESCRIBE, which came from anyone.</summary>
    /// <param name="server">For the sentence.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="response">A success.</param>
    /// <param name="sections">Which of several audio sections is taken; without, the best.</param>
    /// <exception cref="RtspException">It is no SDP, or nothing in it can be played.</exception>
    internal static RtspDescription Read(string server, RtspRequest request, RtspResponse response, AudioSections? sections = null)
    {
        if (!SessionDescription.TryParse(response.Body.Span, out SessionDescription? sdp))
        {
            throw RtspFailure.NoDescription(server);
        }

        // A Content-Base that starts with a slash is on the server that was asked; another relative one helps nobody: then the request's
        // own address is the base.
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

    // Of each section the first format that can be decoded; the sections in the order in which they are likely to be what is sent to us.
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
                problem ??= "It sends none of it now (a=inactive).";
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

        // What rests now may be sent later. What cannot be decoded never can, and what is not offered at all is no station.
        throw new RtspException($"Nothing that {server} offers there can be played ({Offered(sdp)}). {problem}".TrimEnd())
        {
            IsFinal =
            !isAtRest || problem is null
        };
    }

    // ONVIF says it from the client's side (its Streaming Specification, on back channels): recvonly is what the camera sends, sendonly its
    // loudspeaker. Others say it from their own: then it is sendonly, and there is nothing else. A section's own word counts before the
    // session's.
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
        return list.Length > 0 ? list : "no media at all";
    }

    // Servers that have nothing to say say it in one of these ways.
    private static string? TitleOf(SessionDescription sdp)
    {
        string title = RtspFailure.Quote(sdp.Name);
        bool isEmpty =
            title is "" or "-" or "No Name" or "Unnamed" || title.StartsWith("Session streamed", StringComparison.OrdinalIgnoreCase);
        return isEmpty ? null : title.Length <= MaxTitle ? title : title[..MaxTitle];
    }
}
