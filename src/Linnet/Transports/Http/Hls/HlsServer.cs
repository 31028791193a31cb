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
internal sealed partial class HlsServer
{
    // A player that gets less has to stop after it: the next segment takes a while.
    private const int SegmentsAtStart = 2;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    // Players and proxies wait longer than this for an answer.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    // How much longer a rendition runs than its last listener stays, at least.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(15);

    private readonly StationDirectory _directory;
    private readonly AccessControl _access;
    private readonly HlsServerOptions _options;
    private readonly SegmentTimes _times;
    private readonly HlsStreams _streams;
    private readonly HlsAudience _audience;
    private readonly RadioRefuser _refuser;
    private readonly ILogger _logger;
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
        TimeSpan patience = _times.Length * 3 > LongestWait ? _times.Length * 3 : LongestWait;
        _streams = new HlsStreams(_times, patience + Linger, limits.MaxBufferBytes, time, logger);
        _audience = new HlsAudience(limits, patience, time, logger, directory);
        _logger = logger;
        _refuser = new RadioRefuser(time, (remote, reason) => logger.HlsRefused(remote, reason.ToWords()), directory);
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

                try
                {
                    KeepRunning();
                    _audience.Expire();
                    _streams.Advance(_audience.Count());
                }
                catch (Exception e)
                {
                    // What failed fails again or not; all other renditions go on.
                    _logger.HlsStepFailed(e);
                }

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
        if (_access.IsOpen(station.Name) && _access.Admits(exchange.Remote.Address))
        {
            await GiveAsync(
                request with { IsPublic = _access.Options is { AllowedNetworks.Count: 0, DeniedNetworks.Count: 0 } }, cancellationToken)
                .ConfigureAwait(false);
        }
        else if (IsAdmitted(request))
        {
            await GiveAsync(request, cancellationToken).ConfigureAwait(false);
        }
        else if (request.Path.Kind is HlsKind.File && !IsOfThisRun(request))
        {
            // Another service need not be asked about what does not exist.
            await RefuseEarlierAsync(exchange).ConfigureAwait(false);
        }
        else
        {
            await JudgeAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether another service has admitted the sender to this rendition, by the rules that still hold.</summary>
    private bool IsAdmitted(Request request) =>
        _audience.Find(request.Key) is { Admission: { } admission } known
        && known.Rendition == request.Path.Rendition && ReferenceEquals(admission.Rules, _access.Current)
        && _access.Admits(request.Exchange.Remote.Address) && admission.Visit?.TimeLeft(_time) != TimeSpan.Zero;

    private static bool IsOfThisRun(Request request) =>
        Find(request.Station, request.Path) is { } rendition && request.Path.Run == HlsPath.RunOf(rendition.Info);

    private static BroadcastRing? Find(StationListing station, HlsPath path) =>
        HlsPlaylists.Renditions(station).FirstOrDefault(ring => ring.Info.Name == path.Rendition);

    private async Task JudgeAsync(Request request, CancellationToken cancellationToken)
    {
        HttpExchange exchange = request.Exchange;

        // A service is asked about a rendition, not about each of its segments.
        object rules = _access.Current;
        AccessRequest wanted = exchange.Wants(AccessAction.Listen, request.Station.Name);
        AccessDecision decision = await _access.JudgeAsync(
            request.Path.Kind is HlsKind.File
                ? wanted with { Mount = HlsPath.OfList(request.Station.Name, request.Path.Rendition) } : wanted,
            cancellationToken).ConfigureAwait(false);
        try
        {
            if (!decision.IsAllowed)
            {
                await _refuser.RefuseAsync(exchange, decision.Verdict).ConfigureAwait(false);
                return;
            }

            bool isByService = decision.Account is null && exchange.Link is null;
            await GiveAsync(
                request with
                {
                    Admission = isByService ? new HlsAdmission(rules, decision.Visit) : null,
                    Renditions = decision.Renditions,

                    // A cache that knows a link's address has the link.
                    IsPublic = exchange.Link is not null,
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (decision.Visit is { } visit && _audience.Find(request.Key)?.Admission?.Visit != visit)
            {
                visit.End();
            }
        }
    }

    private Task GiveAsync(Request request, CancellationToken cancellationToken)
    {
        StationListing station = request.Station;
        StationListing permitted = station.Permitting(request.Renditions);
        if (request.Path.Kind is HlsKind.Multivariant)
        {
            return GiveVariantsAsync(request, HlsPlaylists.Variants(permitted));
        }

        BroadcastRing? rendition = Find(station, request.Path);
        return rendition is null ? RefuseAsync(request.Exchange, WhatThereIs(permitted))
            : Find(permitted, request.Path) is null ? _refuser.RefuseAsync(request.Exchange, AccessVerdict.LinkElsewhere)
            : request.Path.Kind is HlsKind.Media ? GiveListAsync(request, rendition, cancellationToken)
            : GiveFileAsync(request, rendition);
    }

    private async Task GiveListAsync(Request request, BroadcastRing rendition, CancellationToken cancellationToken)
    {
        HttpExchange exchange = request.Exchange;
        if (!_streams.TryOpen(rendition, exchange.Remote.Address, out HlsStream? stream, out RadioStreamRefusal? refusal))
        {
            await _refuser.RefuseAsync(exchange, refusal).ConfigureAwait(false);
            return;
        }

        if (exchange.Head.Method != "HEAD"
            && _audience.TryHear(request.Key, exchange.Remote, rendition.Info, request.Admission) is RadioRefusal full)
        {
            await _refuser.RefuseAsync(exchange, full, request.Station.Name).ConfigureAwait(false);
            return;
        }

        OpenOthers(request.Station, rendition);
        SegmentWindow window = await WaitAsync(stream, cancellationToken).ConfigureAwait(false);
        if (window.Audible == 0)
        {
            refusal = RadioStreamRefusal.OfEnd(rendition.Info.Name, stream.Log.EndReason);
            await _refuser.RefuseAsync(exchange, refusal).ConfigureAwait(false);
            return;
        }

        if (_audience.Find(request.Key) is { } listener)
        {
            _audience.Keep(listener);
        }

        bool isCompressed = HlsResponses.TakesGzip(exchange.Head);
        await exchange.FinishAsync(HlsResponses.Playlist(
            exchange.Head, stream.PlaylistOf(window, isCompressed), isCompressed, request.IsPublic, FreshFor(window), _time.GetUtcNow()))
            .ConfigureAwait(false);
    }

    private async Task GiveFileAsync(Request request, BroadcastRing rendition)
    {
        HttpExchange exchange = request.Exchange;
        if (!IsOfThisRun(request))
        {
            await RefuseEarlierAsync(exchange).ConfigureAwait(false);
            return;
        }

        // Only a playlist starts a rendition: it names the files.
        HlsStream? stream = _streams.Find(rendition);
        stream?.Log.Advance();
        SegmentType type = rendition.Info.StreamType!.Segments!;
        ReadOnlyMemory<byte>? bytes = request.Path.HeadName is { } head ? stream?.Log.Window.FindHead(head)?.Bytes
            : request.Path.SegmentName(type) is { } name ? stream?.Log.Window.Find(name)?.Bytes : null;
        if (bytes is not { } found)
        {
            await RefuseAsync(exchange, "This segment is no longer kept, or not yet made. Load the playlist again.").ConfigureAwait(false);
            return;
        }

        if (request.Admission is not null && _audience.Find(request.Key) is null)
        {
            _audience.TryHear(request.Key, exchange.Remote, rendition.Info, request.Admission);
        }

        if (_audience.Find(request.Key) is { } listener)
        {
            _audience.Keep(listener);
            listener.Count(exchange.Head.Method == "HEAD" ? 0 : found.Length);
        }

        await exchange.FinishAsync(
            HlsResponses.File(exchange.Head, type.ContentType, found, request.IsPublic, _time.GetUtcNow())).ConfigureAwait(false);
    }

    /// <summary>Waits until the rendition has enough segments, or has ended, but not for long.</summary>
    private async Task<SegmentWindow> WaitAsync(HlsStream stream, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(LongestWait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        while (true)
        {
            stream.Log.Advance();
            SegmentWindow window = stream.Log.Window;
            if (window.Audible >= SegmentsAtStart || window.HasEnded)
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
        Segment last = window.Kept[^1];
        TimeSpan left = window.IsFinal ? _times.Length
            : window.HasEnded ? Shortest
            : last.At + last.Duration + _times.Length - _time.GetUtcNow();
        left = left > _times.Length / 2 ? _times.Length / 2 : left;
        return left < Shortest ? Shortest : left;
    }

    /// <summary>
    /// Runs the other renditions among which a player may change: one that had to start first would come too late, and the player stop.
    /// </summary>
    private void OpenOthers(StationListing station, BroadcastRing rendition)
    {
        BroadcastRing[] variants = HlsPlaylists.Variants(station);
        if (variants.Contains(rendition) && !rendition.Info.IsOnDemand)
        {
            foreach (BroadcastRing other in variants)
            {
                _streams.TryOpen(other, null, out _, out _);
            }
        }
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

    private Task RefuseEarlierAsync(HttpExchange exchange) =>
        RefuseAsync(exchange, "This address is of an earlier start of the station. Load the playlist again.");

    private Task RefuseAsync(HttpExchange exchange, string why) =>
        _refuser.RefuseAsync(exchange, RadioRefusal.NotFound, HttpStatusCode.NotFound, $"{why}\r\n");

    private static string WhatThereIs(StationListing station) =>
        string.Join(", ", HlsPlaylists.Renditions(station).Select(static ring => ring.Info.Name)) is { Length: > 0 } names
            ? $"This station has no such rendition for HLS. It has: {names}." : "This station cannot be heard over HLS.";

    /// <summary>A request for something of a station.</summary>
    private sealed record Request(HttpExchange Exchange, HlsPath Path, StationListing Station, HlsListenerKey Key)
    {
        /// <summary>How another service has admitted its sender just now; <see langword="null"/>: none was asked.</summary>
        internal HlsAdmission? Admission { get; init; }

        /// <summary>The renditions that its sender may hear; <see langword="null"/>: all.</summary>
        internal IReadOnlyList<string>? Renditions { get; init; }

        /// <summary>Whether caches may give the answer to others.</summary>
        internal bool IsPublic { get; init; }
    }
}
