using System.Security.Cryptography;
using Linnet.Broadcast;
using Linnet.Diagnostics;
using Linnet.Relay.CatchUp;
using Linnet.Relay.Leases;
using Linnet.Relay.Nats;
using Linnet.Relay.Wire;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Linnet.Relay.Origins;

/// <summary>
/// A station of this node that other nodes may serve: while this node has the lease, it describes and publishes the station.
/// </summary>
internal sealed class OriginStation : IAsyncDisposable
{
    private readonly NatsLink _link;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action _changed;
    private readonly LogThrottle _failures;
    private readonly CancellationTokenSource _ending;
    private readonly LeaseKeeper _keeper;
    private readonly Task _running;
    private readonly Lock _gate = new();
    private StationListing _listing;
    private Offer? _offer;
    private long _batches;
    private long _bytes;

    /// <summary>Begins to offer a station.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="listing">The station.</param>
    /// <param name="time">The clock of its rings.</param>
    /// <param name="logger">Logs changes and failures.</param>
    /// <param name="changed">Called when this node gets or loses the lease. Must be quick.</param>
    /// <param name="stopping">Ends it.</param>
    internal OriginStation(
        NatsLink link, StationListing listing, TimeProvider time, ILogger logger, Action changed, CancellationToken stopping)
    {
        (_link, _listing, _time, _logger, _changed) = (link, listing, time, logger, changed);
        _failures = new LogThrottle(time);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Incarnation = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        _keeper = new LeaseKeeper(link, Name, new LeaseOwner(Incarnation, link.Options.Node), time, logger) { Changed = OnChanged };
        _running = _keeper.RunAsync(_ending.Token);
    }

    /// <summary>The name of the station.</summary>
    internal string Name => _listing.Name;

    /// <summary>Names this life of the station.</summary>
    internal ulong Incarnation { get; }

    /// <summary>Whether this node has the lease.</summary>
    internal LeaseState State => _keeper.State;

    /// <summary>The revision of the lease: of two nodes that say they have it, the one with the higher is right.</summary>
    internal ulong Revision => _keeper.Revision;

    /// <summary>The station. Its renditions stay the same, what it says about itself may change.</summary>
    internal StationListing Listing
    {
        get => Volatile.Read(ref _listing);
        set => Volatile.Write(ref _listing, value);
    }

    /// <summary>Renditions that are published now.</summary>
    internal int Published => Volatile.Read(ref _offer)?.Publishers.Count(static publisher => publisher.IsRunning) ?? 0;

    /// <summary>Batches that were published so far, and their bytes.</summary>
    internal (long Batches, long Bytes) Sent
    {
        get
        {
            lock (_gate)
            {
                return (_batches + (_offer?.Publishers.Sum(static p => p.Batches) ?? 0),
                    _bytes + (_offer?.Publishers.Sum(static p => p.Bytes) ?? 0));
            }
        }
    }

    /// <summary>Gives the lease back, and ends what is published.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        try
        {
            await _running.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Failed(e);
        }

        EndOffer();
        _ending.Dispose();
    }

    private void OnChanged(LeaseState before)
    {
        if (State == LeaseState.Standby)
        {
            EndOffer();
        }
        else if (before == LeaseState.Standby)
        {
            Begin();
        }

        _changed();
    }

    private void Begin()
    {
        lock (_gate)
        {
            var ending = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            RenditionPublisher[] publishers =
            [
                .. Listing.Renditions.Select(ring => new RenditionPublisher(_link, ring, Incarnation, _time, _logger, ending.Token)),
            ];
            Volatile.Write(ref _offer, new Offer(publishers, ending));
            var answers = new RingAnswers(_link, Name, Listing.Renditions, Incarnation, _time, _logger);
            _ = answers.RunAsync(ending.Token);
            _ = _link.AnswerAsync(Subjects.WantAll(Name), message => AnswerWantAsync(message, publishers), Failed, ending.Token);
            _ = _link.AnswerAsync(Subjects.About(Name), AnswerAboutAsync, Failed, ending.Token);
        }
    }

    private void EndOffer()
    {
        lock (_gate)
        {
            if (_offer is { } offer)
            {
                _offer = null;
                _batches += offer.Publishers.Sum(static p => p.Batches);
                _bytes += offer.Publishers.Sum(static p => p.Bytes);
                offer.Ending.Cancel();
                offer.Ending.Dispose();
            }
        }
    }

    private ValueTask AnswerWantAsync(NatsMsg<byte[]> message, RenditionPublisher[] publishers)
    {
        string rendition = Subjects.LastPart(message.Subject);
        return Want.TryRead(message.Data, out Want want) && want.Incarnation == Incarnation
            && Array.Find(publishers, publisher => publisher.Ring.Info.Name == rendition)?.Take(want) is { } answer
                ? message.ReplyAsync(answer.ToBytes()) : ValueTask.CompletedTask;
    }

    private ValueTask AnswerAboutAsync(NatsMsg<byte[]> message) =>
        message.ReplyAsync(StationDescription.Of(Listing, _link.Options.Node, Incarnation).ToBytes());

    private void Failed(Exception error)
    {
        if (_failures.TrySay(out Unsaid unsaid))
        {
            _logger.AnswerFailed(error, Name, unsaid);
        }
    }

    private sealed record Offer(IReadOnlyList<RenditionPublisher> Publishers, CancellationTokenSource Ending);
}
