using Linnet.Transports;

namespace Linnet.Playback;

/// <summary>An HTTP server answers, but not with the stations of a Linnet server: it may be another kind of server.</summary>
internal sealed class NoStationListException(string message) : TransportException(message);
