using System.Net;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Broadcast.Segments;
using Linnet.Diagnostics;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http.Hls;

/// <summary>Serves stations as HLS: playlists and segments, which any cache can pass on.</summary>
/// <remarks>
/// <see cref="HttpFront"/> reads requests and hands over those for HLS. Where there is a web server, it answers them, so that connections
/// stay open. Source: RFC 8216; docs/hls.md.
/// </remarks>
internal sealed class HlsServer
{
    // A player that gets less has to stop after it: the next segment takes a while.
    private const int SegmentsAtStart = 2;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ListsFreshFor = TimeSpan.FromSeconds(10);

    private readonly StationDirectory _directory;
    private readonly AccessControl _access;
    private readonly HlsServerOptions _options;
    private readonly SegmentTimes _times;
    private readonly TimeSpan _longestWait;
    private readonly HlsStreams _streams;
    private readonly HlsAudience _audience;
    private readonly RadioRefuser _refuser;
    private readonly TimeProvider _time;

    /// <summary>A server.</summary>
    /// <param name="options">The length of segments.</param>
    /// <param name="limits">Limits of listeners and memory: the numbers of those over HTTP, counted by themselves.</param>
    /// <param name="directory">The stations to serve.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs listeners that start and stop.</param>
    /// <param name="access">Decides about listeners.</param>
    internal HlsServer(
        HlsServerOptions options, RadioServerOptions limits, StationDirectory directory, TimeProvider time, ILogger logger,
        AccessControl access)
    {
        _options = options.ThrowIfInvalid();
        _directory = directory;
        _time = time;
        _access = access;
        _times = new SegmentTimes(options.SegmentTime, options.Segments);
        TimeSpan least = _times.Length * (SegmentsAtStart + 1);
        _longestWait = least > limits.RequestTimeout ? least : limits.RequestTimeout;
        _streams = new HlsStreams(_times, limits.MaxBufferBytes, time, logger);
        _audience = new HlsAudience(limits, _times.Length * 3, time, logger);
        _refuser = new RadioRefuser(time, (remote, reason) => logger.HlsRefused(remote, reason.ToWords()));
    }

    /// <summary>Requests that were refused, by reason.</summary>
    internal IReadOnlyDictionary<RadioRefusal, long> Refused => _refuser.Refusals.Read();

    /// <summary>Those who listen now.</summary>
    internal IReadOnlyList<HlsListener> Listeners => _audience.Listeners;

    /// <summary>Memory that the segments take now.</summary>
    internal long Allocated => _streams.Allocated;

    /// <summary>How often segments could not be written.</summary>
    internal long Failures => _streams.Failures;

    /// <summary>Listeners and bytes since the start.</summary>
    internal TransportTotal GetTotal() => _audience.GetTotal();

    /// <summary>Takes the limits from other options. Those who are listening stay.</summary>
    internal void Limit(RadioServerOptions options) => _audience.Limit(options);

    /// <summary>The path of a station's multivariant playlist; <see langword="null"/>: HLS cannot carry any of its renditions.</summary>
    internal static string? PathOf(StationListing station) => HlsPlaylists.Variants(station).Length > 0 ? HlsPath.Of(station.Name) : null;

    /// <summary>Whether a request is for this server.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path, decoded. It must be that of a station.</param>
    internal bool Takes(string method, string path) =>
        method is "GET" or "HEAD" or "OPTIONS" && HlsPath.TryRead(path, out HlsPath? read) && _directory.Contains(read.Value.Station);

    /// <summary>Makes segments until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (!_options.AlwaysRuns)
                {
                    await _streams.WaitForOneAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                KeepRunning();
                _audience.Expire();
                _streams.Advance(_audience.Count());
                await Task.Delay(Step, _time, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _audience.Close();
            _streams.CloseAll();
        }
    }

    /// <summary>Serves a request to its end.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task ServeAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        if (exchange.Head.Method == "OPTIONS")
        {
            await exchange.FinishAsync(RadioResponses.Preflight(exchange.Head, _time.GetUtcNow())).ConfigureAwait(false);
            return;
        }

        if (!HlsPath.TryRead(exchange.Head.Path, out HlsPath? path) || !_directory.TryFind(path.Value.Station, out StationListing? station))
        {
            await RefuseAsync(
                exchange, path is { } read && _directory.IsAwaited(read.Station) ? "No client has pushed to this station yet."
                    : "There is no station of this name.").ConfigureAwait(false);
            return;
        }

        var request = new Request(exchange, path.Value, station, HlsAudience.KeyOf(exchange, station.Name));
        HlsListener? known = _audience.Find(request.Key);
        if (_access.IsOpen(station.Name) && _access.Admits(exchange.Remote.Address))
        {
            await GiveAsync(request with { IsPublic = true }, cancellationToken).ConfigureAwait(false);
        }
        else if (known?.Visit is { } visit && visit.TimeLeft(_time) != TimeSpan.Zero)
        {
            // The service that was asked is told of one listener, not of each request.
            await GiveAsync(request with { Renditions = known.Permitted }, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await JudgeAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task JudgeAsync(Request request, CancellationToken cancellationToken)
    {
        HttpExchange exchange = request.Exchange;
        AccessDecision decision = await _access.JudgeAsync(
            exchange.Wants(AccessAction.Listen, request.Station.Name), cancellationToken).ConfigureAwait(false);
        try
        {
            // A cache that knows a link's address has the link.
            await (decision.IsAllowed
                ? GiveAsync(
                    request with { Decision = decision, Renditions = decision.Renditions, IsPublic = exchange.Link is not null },
                    cancellationToken)
                : _refuser.RefuseAsync(exchange, decision.Verdict)).ConfigureAwait(false);
        }
        finally
        {
            if (decision.Visit is { } visit && _audience.Find(request.Key)?.Visit != visit)
            {
                visit.End();
            }
        }
    }

    private Task GiveAsync(Request request, CancellationToken cancellationToken)
    {
        StationListing station = request.Station;
        StationListing permitted = request.Renditions is not { } names ? station
            : station with { Renditions = [.. station.Renditions.Where(ring => names.Contains(ring.Info.Name))] };
        if (request.Path.Kind is HlsKind.Multivariant)
        {
            BroadcastRing[] variants = HlsPlaylists.Variants(permitted);
            return variants.Length > 0
                ? request.Exchange.FinishAsync(HlsResponses.Playlist(
                    request.Exchange.Head, HlsPlaylists.Multivariant(variants), isCompressed: false, request.IsPublic, ListsFreshFor,
                    _time.GetUtcNow()))
                : RefuseAsync(request.Exchange, "This station cannot be heard over HLS.");
        }

        BroadcastRing? rendition = Find(station);
        return rendition is null ? RefuseAsync(request.Exchange, WhatThereIs(permitted))
            : Find(permitted) is null ? _refuser.RefuseAsync(request.Exchange, AccessVerdict.LinkElsewhere)
            : request.Path.Kind is HlsKind.Media ? GiveListAsync(request, rendition, cancellationToken)
            : GiveFileAsync(request, rendition, cancellationToken);

        BroadcastRing? Find(StationListing listing) =>
            HlsPlaylists.Renditions(listing).FirstOrDefault(ring => ring.Info.Name == request.Path.Rendition);
    }

    private async Task GiveListAsync(Request request, BroadcastRing rendition, CancellationToken cancellationToken)
    {
        HttpExchange exchange = request.Exchange;
        if (_audience.TryHear(request.Key, exchange, rendition.Info, request.Decision) is RadioRefusal full)
        {
            await _refuser.RefuseAsync(exchange, full).ConfigureAwait(false);
            return;
        }

        if (!_streams.TryOpen(rendition, exchange.Remote.Address, out HlsStream? stream, out RadioStreamRefusal? refusal))
        {
            await _refuser.RefuseAsync(exchange, refusal).ConfigureAwait(false);
            return;
        }

        SegmentWindow window = await WaitAsync(
            stream, static window => window.Audible >= SegmentsAtStart, cancellationToken).ConfigureAwait(false);
        if (window.Audible == 0)
        {
            refusal = RadioStreamRefusal.OfEnd(rendition.Info.Name, stream.Log.EndReason);
            await _refuser.RefuseAsync(exchange, refusal).ConfigureAwait(false);
            return;
        }

        bool isCompressed = HlsResponses.TakesGzip(exchange.Head);
        await exchange.FinishAsync(HlsResponses.Playlist(
            exchange.Head, stream.PlaylistOf(window, isCompressed), isCompressed, request.IsPublic, FreshFor(window), _time.GetUtcNow()))
            .ConfigureAwait(false);
    }

    private async Task GiveFileAsync(Request request, BroadcastRing rendition, CancellationToken cancellationToken)
    {
        HttpExchange exchange = request.Exchange;
        SegmentType type = rendition.Info.StreamType!.Segments!;
        if (request.Path.Run != HlsPath.RunOf(rendition.Info)
            || (request.Path.HeadName ?? request.Path.SegmentName(type)) is not { Length: > 0 } name)
        {
            await RefuseAsync(exchange, "This address is of an earlier start of the station. Load the playlist again.")
                .ConfigureAwait(false);
            return;
        }

        if (!_streams.TryOpen(rendition, exchange.Remote.Address, out HlsStream? stream, out RadioStreamRefusal? refusal))
        {
            await _refuser.RefuseAsync(exchange, refusal).ConfigureAwait(false);
            return;
        }

        // Another server's playlist may have led here: then this one has only begun, and has the segment soon.
        ReadOnlyMemory<byte>? bytes = null;
        await WaitAsync(
            stream,
            window => (bytes = request.Path.HeadName is not null ? window.FindHead(name)?.Bytes : window.Find(name)?.Bytes) is not null
                || window.Kept.Count >= SegmentsAtStart,
            cancellationToken).ConfigureAwait(false);
        if (bytes is not { } found)
        {
            await RefuseAsync(exchange, "This segment is no longer kept, or not yet made. Load the playlist again.").ConfigureAwait(false);
            return;
        }

        _audience.Find(request.Key)?.Count(exchange.Head.Method == "HEAD" ? 0 : found.Length);
        await exchange.FinishAsync(
            HlsResponses.File(exchange.Head, type.ContentType, found, request.IsPublic, _time.GetUtcNow())).ConfigureAwait(false);
    }

    /// <summary>Waits until the rendition has enough segments, or has ended, but not for long.</summary>
    private async Task<SegmentWindow> WaitAsync(
        HlsStream stream, Func<SegmentWindow, bool> isEnough, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(_longestWait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        while (true)
        {
            stream.Log.Advance();
            SegmentWindow window = stream.Log.Window;
            if (isEnough(window) || window.HasEnded)
            {
                return window;
            }

            try
            {
                await stream.Log.WhenNotAsync(window).WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return window;
            }
        }
    }

    /// <summary>Until the next segment is complete the playlist stays as it is.</summary>
    private TimeSpan FreshFor(SegmentWindow window)
    {
        if (window.HasEnded)
        {
            return _times.Length;
        }

        Segment last = window.Kept[^1];
        TimeSpan left = last.At + last.Duration + _times.Length - _time.GetUtcNow();
        return left < Shortest ? Shortest : left > _times.Length / 2 ? _times.Length / 2 : left;
    }

    private void KeepRunning()
    {
        if (_options.AlwaysRuns)
        {
            foreach (BroadcastRing rendition in _directory.Stations.SelectMany(HlsPlaylists.Variants))
            {
                _streams.TryOpen(rendition, null, out _, out _);
            }
        }
    }

    private Task RefuseAsync(HttpExchange exchange, string why) =>
        _refuser.RefuseAsync(exchange, RadioRefusal.NotFound, HttpStatusCode.NotFound, $"{why}\r\n");

    private static string WhatThereIs(StationListing station) =>
        string.Join(", ", HlsPlaylists.Renditions(station).Select(static ring => ring.Info.Name)) is { Length: > 0 } names
            ? $"This station has no such rendition for HLS. It has: {names}." : "This station cannot be heard over HLS.";

    /// <summary>A request for something of a station.</summary>
    private sealed record Request(HttpExchange Exchange, HlsPath Path, StationListing Station, HlsListenerKey Key)
    {
        /// <summary>The decision that admits its sender; <see langword="null"/>: none was needed.</summary>
        internal AccessDecision? Decision { get; init; }

        /// <summary>The renditions that its sender may hear; <see langword="null"/>: all.</summary>
        internal IReadOnlyList<string>? Renditions { get; init; }

        /// <summary>Whether caches may give the answer to others.</summary>
        internal bool IsPublic { get; init; }
    }
}
