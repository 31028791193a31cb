using Linnet.Broadcast;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>Whether a server has room for another session, and where there is room if not.</summary>
internal static class RtspRoom
{
    /// <summary>The answer to a client if no server has room.</summary>
    internal const string Problem = "The server has as many listeners as it allows.";

    /// <summary>Whether the server has as many sessions as it allows, or sends as much audio as it may.</summary>
    internal static bool IsFull(RtspServer server, RtspResource resource) =>
        server.Admission.Places.AreFull || !server.Stations.HasRoomFor(resource.Ring.Info.BitRate);

    /// <summary>The answer that sends a client to another server; <see langword="null"/>: no other has room.</summary>
    /// <param name="server">This server.</param>
    /// <param name="request">A request for a rendition.</param>
    /// <param name="resource">The rendition.</param>
    /// <param name="isTls">Whether the connection is one over TLS.</param>
    /// <remarks>Source: RFC 2326 §11.3.3.</remarks>
    internal static RtspResponse? Elsewhere(RtspServer server, RtspRequest request, RtspResource resource, bool isTls)
    {
        if (!RtspUri.TryParse(request.Uri, out RtspUri? uri) || RtspResource.HasMark(uri))
        {
            return null;
        }

        // The other server's first station may be another one.
        RenditionInfo info = resource.Ring.Info;
        string path = RtspResource.NameOf(uri) is null ? $"/{info.Station}" : RtspResource.PathOf(uri);
        if (server.Elsewhere.OverRtsp(info.Station, path, RtspResource.LinkOf(uri), isTls) is not string address)
        {
            return null;
        }

        RtspResponse response = request.Answer(RtspStatus.MovedTemporarily);
        response.Headers.Add(RtspHeaderNames.Location, address);
        return response;
    }
}
