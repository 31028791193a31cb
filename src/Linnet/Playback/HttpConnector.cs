using Linnet.Access;
using Linnet.Transports;
using Linnet.Transports.Http.Pull;
using Linnet.Transports.Rtsp;
using Linnet.Wire.Rtsp;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>
/// Connects to an HTTP address: a stream, or the page of a Linnet server, whose station is then received over RTSP. An address that
/// was a stream is tried as a stream first; if that fails, the next attempt asks again, because a Linnet server may have taken its place.
/// </summary>
/// <remarks>
/// A path with the extension of an audio file or a playlist is a stream. For any other path the server is asked for its stations first. If
/// it accepts the connection and does not answer as a Linnet server, the address is tried as a stream. So it is if the station is closed
/// and the address has a password, which is not sent over RTSP without TLS.
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

    private StreamSearch _search = new(request.Address, time, logger.PlaylistEntryFailed, trust: request.Trust);
    private readonly RtspConnector _rtsp = new(request, time, random, logger);
    private readonly bool? _mustBeStream = request.NeedsPackets ? false : IsStream(request.Address) ? true : null;
    private bool _hasPage;
    private bool _wasStream;

    /// <summary>Whether the extension of the path is that of a stream.</summary>
    internal static bool IsStream(Uri address) =>
        StreamExtensions.Contains(Path.GetExtension(address.AbsolutePath), StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public bool HasAnswered => Volatile.Read(ref _hasPage) || _search.HasAnswered;

    /// <inheritdoc/>
    public async Task<IStationReceiver> ConnectAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _hasPage, false);
        bool wasStream = _wasStream;
        _wasStream = false;
        if (_mustBeStream ?? wasStream)
        {
            IStationReceiver stream = await ConnectStreamAsync(cancellationToken).ConfigureAwait(false);
            _wasStream = true;
            return stream;
        }

        try
        {
            return await _rtsp.ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (NoStationListException e) when (_mustBeStream is null)
        {
            Volatile.Write(ref _hasPage, true);
            IStationReceiver station = await ConnectInsteadAsync(e, cancellationToken).ConfigureAwait(false);
            _wasStream = true;
            return station;
        }
        catch (RtspException e) when (e.IsAboutAccess && !request.NeedsPackets && request.Address.UserInfo.Length > 0
            && _rtsp.Address is { Credentials: null })
        {
            Volatile.Write(ref _hasPage, true);
            _search = new StreamSearch(
                new Uri(request.Address, PathOf(_rtsp.Address)), time, logger.PlaylistEntryFailed, trust: request.Trust);
            IStationReceiver station = await ConnectStreamAsync(cancellationToken).ConfigureAwait(false);
            _wasStream = true;
            return station;
        }
    }

    /// <inheritdoc/>
    public void OnLost() => _rtsp.OnLost();

    // The path over HTTP of a station, or of its rendition. PCM is a .wav there, and the renditions of RTSP alone are not there.
    private static string PathOf(RtspUri station)
    {
        string[] parts = station.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        int last = parts.Length - 1;
        bool hasRendition = last > 0 && parts[last - 1][0] != SignedLink.Mark;
        string extension = !hasRendition ? ""
            : parts[last] is "mp3" or "opus" or "flac" or "wav" ? $".{parts[last]}"
            : parts[last] is "pcm" or "l16" or "l24" ? ".wav"
            : "";
        return "/" + string.Join('/', hasRendition ? parts[..last] : parts) + extension;
    }

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
