using Linnet.Transports;

namespace Linnet.Playback;

/// <summary>
/// A server accepts the connection, but does not answer with the stations of a Linnet server: it may be another kind of server.
/// </summary>
internal sealed class NoStationListException(string message, Exception? innerException = null)
    : TransportException(message, innerException);
