namespace Linnet.Wire.Sdp;

/// <summary>One format in which a description offers sound.</summary>
/// <param name="Format">Payload type, encoding, clock rate, channels and parameters.</param>
/// <param name="ControlUri">What to SETUP; empty outside RTSP.</param>
/// <param name="Media">The section it comes from: port, packet time and other attributes.</param>
/// <param name="Connection">The address it is sent to: the section's, or else the session's.</param>
public sealed record AudioOffer(RtpMap Format, string ControlUri, MediaDescription Media, SdpConnection? Connection);
