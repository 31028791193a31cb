using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.KeyValueStore;

namespace Linnet.Relay.Leases;

/// <summary>
/// The leases of stations in a key-value bucket of NATS, whose entries vanish by themselves. It is made when it is missing: a NATS server
/// that restarts has lost it. Not thread-safe; each station has its own.
/// </summary>
/// <param name="connection">The connection. Its options limit how long an answer may take.</param>
/// <param name="station">The station.</param>
/// <param name="owner">Who asks.</param>
/// <param name="replicas">NATS servers of a cluster that keep the bucket, 1–5. An existing bucket stays as it is.</param>
internal sealed class LeaseStore(INatsConnection connection, string station, LeaseOwner owner, int replicas)
{
    /// <summary>The name of the bucket.</summary>
    internal const string Bucket = "linnet-leases";

    private const int NoJetStream = 10039;
    private const int OtherConfiguration = 10058;

    private readonly NatsKVContext _context = new(new NatsJSContext(connection));
    private readonly string _key = $"station.{station}";
    private readonly byte[] _entry = owner.ToBytes();
    private INatsKVStore? _store;

    /// <summary>What to do about the last answer that failed; <see langword="null"/>: it did not fail.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Takes the lease if no node has it, or this one.</summary>
    internal Task<LeaseAnswer> CreateAsync(CancellationToken cancellationToken) => AskAsync(
        async store =>
        {
            NatsResult<ulong> created =
                await store.TryCreateAsync(_key, _entry, cancellationToken: cancellationToken).ConfigureAwait(false);
            return created.Success ? new LeaseAnswer(LeaseOutcome.Granted, created.Value)
                : created.Error is NatsKVCreateException ? await LookAsync(store, cancellationToken).ConfigureAwait(false)
                : created.Error is NatsKVWrongLastRevisionException or NatsKVKeyNotFoundException ? new LeaseAnswer(LeaseOutcome.Taken)
                : Failed(created.Error);
        },
        cancellationToken);

    /// <summary>Renews the lease if its entry still has this revision.</summary>
    internal Task<LeaseAnswer> RenewAsync(ulong revision, CancellationToken cancellationToken) =>
        AskAsync(store => UpdateAsync(store, revision, cancellationToken), cancellationToken);

    /// <summary>Gives the lease back if its entry still has this revision. Else it runs out by itself.</summary>
    internal async Task ReleaseAsync(ulong revision, CancellationToken cancellationToken)
    {
        if (_store is { } store)
        {
            await store.TryDeleteAsync(_key, new NatsKVDeleteOpts { Revision = revision }, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<LeaseAnswer> UpdateAsync(INatsKVStore store, ulong revision, CancellationToken cancellationToken)
    {
        NatsResult<ulong> updated =
            await store.TryUpdateAsync(_key, _entry, revision, cancellationToken: cancellationToken).ConfigureAwait(false);
        return updated.Success ? new LeaseAnswer(LeaseOutcome.Granted, updated.Value)
            : updated.Error is NatsKVWrongLastRevisionException ? new LeaseAnswer(LeaseOutcome.Gone)
            : Failed(updated.Error);
    }

    // Whose entry it is. Our own can be old: only once it is renewed it lives as long as it should.
    private async Task<LeaseAnswer> LookAsync(INatsKVStore store, CancellationToken cancellationToken)
    {
        NatsResult<NatsKVEntry<byte[]>> found =
            await store.TryGetEntryAsync<byte[]>(_key, cancellationToken: cancellationToken).ConfigureAwait(false);
        return !found.Success ? new LeaseAnswer(LeaseOutcome.Taken)
            : !LeaseOwner.TryRead(found.Value.Value, out LeaseOwner holder) ? new LeaseAnswer(LeaseOutcome.Taken)
            : holder == owner ? await UpdateAsync(store, found.Value.Revision, cancellationToken).ConfigureAwait(false)
            : new LeaseAnswer(LeaseOutcome.Taken, Holder: holder.Node);
    }

    private async Task<LeaseAnswer> AskAsync(Func<INatsKVStore, Task<LeaseAnswer>> ask, CancellationToken cancellationToken)
    {
        Problem = null;
        try
        {
            return await ask(_store ??= await OpenAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(e);
        }
    }

    private async Task<INatsKVStore> OpenAsync(CancellationToken cancellationToken)
    {
        var config = new NatsKVConfig(Bucket)
        {
            Description = "Which node has a station of Linnet",
            MaxAge = Lease.Duration,
            Storage = NatsKVStorageType.Memory,
            NumberOfReplicas = replicas,
        };
        try
        {
            return await _context.CreateStoreAsync(config, cancellationToken).ConfigureAwait(false);
        }
        catch (NatsJSApiException e) when (e.Error.ErrCode == OtherConfiguration)
        {
            return await _context.GetStoreAsync(Bucket, cancellationToken).ConfigureAwait(false);
        }
    }

    // The bucket may be gone: the next step makes it again.
    private LeaseAnswer Failed(Exception error)
    {
        _store = null;
        Problem = error is NatsJSApiException { Error.ErrCode: NoJetStream } or NatsNoRespondersException or NatsJSApiNoResponseException
                or NatsJSPublishNoResponseException
            ? "The NATS server has no JetStream, which keeps the leases of stations. Start it with -js, or set jetstream in its "
                + "configuration."
            : $"The leases of stations cannot be used: {error.Message}";
        return default;
    }
}
