using Linnet.Transports;
using Linnet.Transports.Http.Pull;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>
/// Connects to an HTTP address: a stream, or the page of a Linnet server, whose station is then received over RTSP. Once it is known which
/// of them it is, reconnects do not ask again.
/// </summary>
/// <remarks>
/// A path with the extension of an audio file or a playlist is a stream. For any other path the server is asked for its stations first. If
/// it accepts the connection and does not answer as a Linnet server, the address is tried as a stream.
/// </remarks>
/// <param name="request">The station to connect to.</param>
/// <param name="time">The clock.</param>
/// <param name="random">For numbers that a stream starts with.</param>
/// <param name="logger">Told of entries of a playlist that give no sound.</param>
internal sealed class HttpConnector(StationRequest request, TimeProvider time, Random random, ILogger logger) : IStationConnector
{
    private static readonly string[] StreamExtensions =
    [
        ".mp3", ".opus", ".ogg", ".oga", ".flac", ".wav", ".aac", ".m3u", ".m3u8", ".pls", ".xspf",
    ];

    private readonly StreamSearch _search = new(request.Address, time, logger.PlaylistEntryFailed);
    private readonly RtspConnector _rtsp = new(request, time, random, logger);
    private bool _hasPage;
    private bool? _isStream = request.NeedsPackets ? false : IsStream(request.Address) ? true : null;

    /// <summary>Whether the extension of the path is that of a stream.</summary>
    internal static bool IsStream(Uri address) =>
        StreamExtensions.Contains(Path.GetExtension(address.AbsolutePath), StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public bool HasAnswered => Volatile.Read(ref _hasPage) || _search.HasAnswered;

    /// <inheritdoc/>
    public async Task<IStationReceiver> ConnectAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _hasPage, false);
        if (_isStream == true)
        {
            return await ConnectStreamAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            IStationReceiver station = await _rtsp.ConnectAsync(cancellationToken).ConfigureAwait(false);
            _isStream = false;
            return station;
        }
        catch (NoStationListException e) when (_isStream is null)
        {
            Volatile.Write(ref _hasPage, true);
            IStationReceiver station = await ConnectInsteadAsync(e, cancellationToken).ConfigureAwait(false);
            _isStream = true;
            return station;
        }
    }

    /// <inheritdoc/>
    public void OnLost() => _rtsp.OnLost();

    // For the root of a server, "no Linnet server" is a clearer error than "no sound".
    private async Task<IStationReceiver> ConnectInsteadAsync(NoStationListException problem, CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectStreamAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException) when (request.Address.AbsolutePath == "/")
        {
            throw problem;
        }
    }

    private async Task<IStationReceiver> ConnectStreamAsync(CancellationToken cancellationToken) =>
        await HttpReceiver.ConnectAsync(_search, request, time, random, cancellationToken).ConfigureAwait(false);
}
