using System.Security.Cryptography;
using Linnet.Broadcast;
using Linnet.Diagnostics;
using Linnet.Relay.Clock;
using Linnet.Relay.Edges;
using Linnet.Relay.Leases;
using Linnet.Relay.Nats;
using Linnet.Relay.Nodes;
using Linnet.Relay.Origins;
using Linnet.Relay.Wire;
using Linnet.Serving;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Linnet.Relay;

/// <summary>
/// Joins a server to others: <c>its stations ─► NATS ─► the others</c>, and <c>theirs ─► NATS ─► its directory</c>. Once a second,
/// and when something changes, it compares what the others say with what there is here.
/// </summary>
internal sealed class RelayNode : IAsyncDisposable
{
    /// <summary>How often a node says what it has and does.</summary>
    internal static readonly TimeSpan StatusTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan JoinTime = 2 * StatusTime;

    private readonly ServingContext _context;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LogThrottle _failures;
    private readonly LogThrottle _namesakes;
    private readonly NodeBoard _board;
    private readonly OriginStations _origins;
    private readonly ulong _life = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private readonly Dictionary<string, StationListing> _hidden = [];
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly SemaphoreSlim _tell = new(0, 1);
    private EdgeStations? _edges;
    private RelaySnapshot _snapshot;
    private long? _joinedAt;
    private int _nodes;

    /// <summary>A node that is not joined yet.</summary>
    /// <param name="options">Where NATS is, and how the node shows itself.</param>
    /// <param name="context">The server.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems.</exception>
    internal RelayNode(RelayOptions options, ServingContext context)
    {
        (_context, _time, _logger) = (context, context.Time, context.Logger);
        _failures = new LogThrottle(_time);
        _namesakes = new LogThrottle(_time);
        _board = new NodeBoard(_time.TimestampFrequency);
        Link = new NatsLink(options, _time, _logger);
        context.Directory.IsJoining = true;
        _origins = new OriginStations(Link, _time, _logger, OnChanged);
        _snapshot = new RelaySnapshot(Link.State);
    }

    /// <summary>The connection.</summary>
    internal NatsLink Link { get; }

    /// <summary>The state now. Any thread may ask.</summary>
    internal RelaySnapshot Snapshot => Volatile.Read(ref _snapshot) with { Link = Link.State };

    /// <summary>The stations from other servers.</summary>
    internal IReadOnlyList<EdgeStation> Edges => Volatile.Read(ref _edges)?.All ?? [];

    /// <summary>Joins the others until it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using var connected = new CancellationTokenSource();
        var clock = new NodeClock(Link, Link.Options.Node, _time, _logger);
        Task[] running =
        [
            Link.RunAsync(connected.Token),
            clock.RunAsync(connected.Token),
            Link.TakeAsync(Subjects.AllStatus, TakeStatusAsync, Failed, connected.Token),
        ];
        using var edges = new EdgeStations(Link, _context.Directory, _time, _logger, cancellationToken);
        Volatile.Write(ref _edges, edges);

        // By itself: others must hear from this node in time, however long a step takes.
        Task telling = RepeatAsync(_tell, () => TellAsync(Status(isStopping: false)), cancellationToken);
        try
        {
            await RepeatAsync(_wake, () => StepAsync(edges, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await telling.ConfigureAwait(false);
            await LeaveAsync().ConfigureAwait(false);
            await connected.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the connection. After <see cref="RunAsync"/> has returned.</summary>
    public ValueTask DisposeAsync()
    {
        _wake.Dispose();
        _tell.Dispose();
        return Link.DisposeAsync();
    }

    // Once a second, and when it is woken, until it is cancelled. What fails is tried again a second later.
    private async Task RepeatAsync(SemaphoreSlim wake, Func<Task> step, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await step().ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Failed(e);
            }
            catch (Exception)
            {
                return;
            }

            try
            {
                await wake.WaitAsync(StatusTime, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task StepAsync(EdgeStations edges, CancellationToken cancellationToken)
    {
        await _origins.UpdateAsync(Own(edges), cancellationToken).ConfigureAwait(false);
        await edges.UpdateAsync(Look(Status(isStopping: false))).ConfigureAwait(false);
        Join();
        Volatile.Write(ref _snapshot, Count());
    }

    // A station that has no sender here, and one elsewhere, is served from there until a sender comes here again.
    private List<StationListing> Own(EdgeStations edges)
    {
        foreach ((string name, StationListing hidden) in _hidden)
        {
            StationListing? shown = _context.Directory.Stations.FirstOrDefault(listing => listing.Name == name);
            if (_context.IsLive(name) is null || (shown is not null && !edges.Has(shown)))
            {
                // It was removed meanwhile, or created again.
                _hidden.Remove(name);
            }
            else if (_context.IsLive(name) == true || (shown is null && !IsLiveElsewhere(name)))
            {
                _hidden.Remove(name);
                _context.Directory.Set(hidden);
            }
        }

        List<StationListing> own = [];
        foreach (StationListing listing in _context.Directory.Stations.Where(listing => !edges.Has(listing)))
        {
            if (_context.IsLive(listing.Name) != false || !IsLiveElsewhere(listing.Name))
            {
                own.Add(listing);
            }
            else
            {
                _hidden[listing.Name] = listing;
                _context.Directory.Remove(listing.Name);
            }
        }

        return own;
    }

    private bool IsLiveElsewhere(string station)
    {
        lock (_gate)
        {
            return _board.IsLiveElsewhere(station, Link.Options.Node);
        }
    }

    // Listeners of this server who hear a station from others hear it from this one, if it has become the origin: it is among them.
    private IReadOnlyDictionary<string, (NodeStatus Node, StationStatus Station)> Look(NodeStatus own)
    {
        lock (_gate)
        {
            _board.Take(own, _time.GetTimestamp());
            _board.Expire(_time.GetTimestamp(), Link.State.IsOpen);
            NodeStatus[] others = [.. _board.Nodes.Where(node => node.Node != own.Node)];
            _context.Directory.Others = [.. others.Select(static node => node.ToOther())];
            _nodes = others.Length;
            return _board.Origins();
        }
    }

    // Each node has said what it has by then.
    private void Join()
    {
        if (!Link.State.IsOpen)
        {
            _joinedAt = null;
        }
        else if (_joinedAt is not { } since)
        {
            _joinedAt = _time.GetTimestamp();
        }
        else if (_time.GetElapsedTime(since) >= JoinTime)
        {
            _context.Directory.IsJoining = false;
        }
    }

    private RelaySnapshot Count()
    {
        (long batches, long bytes) = _origins.Sent;
        IReadOnlyList<EdgeStation> edges = Edges;
        (long missing, long repaired) = _edges?.Counts ?? default;
        return new RelaySnapshot(Link.State)
        {
            Nodes = _nodes,
            Offered = _origins.Held,
            Waiting = _origins.All.Count - _origins.Held,
            Followed = edges.Count,
            Published = _origins.All.Sum(static origin => origin.Published),
            Batches = batches,
            Bytes = bytes,
            Silent = [.. edges.Where(static edge => edge.Filling > 0).Select(static edge => edge.Listing.Name)],
            Missing = missing,
            Repaired = repaired,
        };
    }

    private NodeStatus Status(bool isStopping)
    {
        Dictionary<string, OriginStation> origins = _origins.All.ToDictionary(static origin => origin.Name);
        return new NodeStatus(
            Link.Options.Node, _life, _context.Load(),
            [.. _context.Directory.Stations.Select(listing => Status(listing, origins.GetValueOrDefault(listing.Name)))])
        {
            Http = Link.Options.PublicHttp,
            Rtsp = Link.Options.PublicRtsp,
            IsStopping = isStopping,
        };
    }

    private StationStatus Status(StationListing listing, OriginStation? origin) => new(listing.Name)
    {
        Lease = origin?.State ?? LeaseState.Standby,
        Incarnation = origin?.Incarnation ?? 0,
        Revision = origin?.Revision ?? 0,
        Description = origin is null ? 0 : HashCode.Combine(listing.Description, listing.ArtUrl, listing.Missing.Count),
        IsLive = origin is not null && _context.IsLive(listing.Name) != false,
        Track = listing.Renditions.Select(static ring => ring.Title).OfType<TitleItem>().MaxBy(static title => title.DueAt)?.Track,
        Listeners = EdgeStation.ListenersOf(listing),
    };

    private async Task TellAsync(NodeStatus status)
    {
        if (Link.State.IsOpen)
        {
            await Link.Connection.PublishAsync(Subjects.Status(status.Node), status.ToBytes()).ConfigureAwait(false);
        }
    }

    // Gives the leases back, so that others need not wait until they run out, and says so.
    private async Task LeaveAsync()
    {
        try
        {
            await _origins.DisposeAsync().ConfigureAwait(false);
            await TellAsync(Status(isStopping: true)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Failed(e);
        }
    }

    private ValueTask TakeStatusAsync(NatsMsg<byte[]> message)
    {
        if (!NodeStatus.TryRead(message.Data, out NodeStatus? status) || Subjects.Status(status.Node) != message.Subject)
        {
            return ValueTask.CompletedTask;
        }

        if (status.Node == Link.Options.Node)
        {
            if (status.Life != _life && _namesakes.TrySay(out Unsaid unsaid))
            {
                _logger.SameName(status.Node, unsaid);
            }
        }
        else
        {
            lock (_gate)
            {
                if (!_board.Take(status, _time.GetTimestamp()))
                {
                    return ValueTask.CompletedTask;
                }
            }

            Wake(_wake);
        }

        return ValueTask.CompletedTask;
    }

    private void OnChanged()
    {
        Wake(_wake);
        Wake(_tell);
    }

    private static void Wake(SemaphoreSlim loop)
    {
        try
        {
            loop.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // It wakes up anyway, or has ended.
        }
    }

    private void Failed(Exception error)
    {
        if (_failures.TrySay(out Unsaid unsaid))
        {
            _logger.RelayFailed(error, unsaid);
        }
    }
}
