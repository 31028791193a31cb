namespace Linnet.Wire.Sdp;

/// <summary>One format in which a description offers audio.</summary>
/// <param name="Format">Payload type, encoding, clock rate, channels and parameters.</param>
/// <param name="ControlUri">The URI for SETUP; empty outside RTSP.</param>
/// <param name="Media">The media section of the offer: port and attributes.</param>
internal sealed record AudioOffer(RtpMap Format, string ControlUri, MediaDescription Media);
