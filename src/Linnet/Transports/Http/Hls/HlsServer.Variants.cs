using Linnet.Broadcast;

namespace Linnet.Transports.Http.Hls;

/// <content>The multivariant playlist, where players begin.</content>
internal sealed partial class HlsServer
{
    private static readonly TimeSpan ListsFreshFor = TimeSpan.FromSeconds(10);

    /// <summary>The listeners now, and their limit.</summary>
    internal Places Places => _audience.Places;

    /// <summary>
    /// Here a full server sends players to another: all further addresses then lead there. For one that was sent here they have the mark,
    /// so that it stays.
    /// </summary>
    private Task GiveVariantsAsync(Request request, BroadcastRing[] variants)
    {
        HttpExchange exchange = request.Exchange;
        if (variants.Length == 0)
        {
            return RefuseAsync(exchange, "This station cannot be heard over HLS.");
        }

        string query = Elsewhere.HasMark(exchange.Head.Query) ? Elsewhere.QueryMark : "";
        return _audience.Find(request.Key) is null && _audience.WhyFull(variants.Min(static ring => ring.Info.BitRate)) is not null
            && _refuser.Elsewhere(exchange, request.Station.Name) is string address
            ? _refuser.SendAsync(exchange, address)
            : exchange.FinishAsync(HlsResponses.Playlist(
                exchange.Head, HlsPlaylists.Multivariant(variants, query), isCompressed: false, request.IsPublic, ListsFreshFor,
                _time.GetUtcNow()));
    }
}
