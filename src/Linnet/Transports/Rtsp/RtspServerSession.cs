using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Rtsp;

/// <summary>What SETUP makes and TEARDOWN ends: one client's part in one rendition. Its connection's task owns it.</summary>
internal sealed class RtspServerSession
{
    private const int NotFinished = -1;

    // Recent audio that a listener gets at once when it joins, in addition to what it says it buffers.
    private static readonly TimeSpan PreRoll = TimeSpan.FromMilliseconds(100);

    private readonly RtspServer _server;
    private readonly RtspServerConnection _connection;
    private UdpRoute? _route;
    private long? _startAt;
    private volatile int _finished = NotFinished;

    internal RtspServerSession(RtspServer server, RtspServerConnection connection, RtspResource resource, TransportSpec transport,
        bool repairs, UInt128? routeProof, SrtpSession? srtp)
    {
        _server = server;
        _connection = connection;
        Resource = resource;
        StartedAt = server.Time.GetUtcNow();
        Feedback = new RtpFeedback(resource.Ring.Info, server.Time);
        SetTransport(transport, repairs, routeProof, srtp);
    }

    /// <summary>Names it to the client: 64 random bits.</summary>
    internal string Id { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));

    /// <summary>Names it to people; <see cref="Id"/> is its client's secret.</summary>
    internal long Number { get; } = ListenerNumber.Next();

    /// <summary>What it hears.</summary>
    internal RtspResource Resource { get; }

    /// <summary>How; as answered to SETUP.</summary>
    internal TransportSpec Transport { get; private set; }

    /// <summary>What is heard of its client by RTP and RTCP.</summary>
    internal RtpFeedback Feedback { get; }

    /// <summary>When it was set up.</summary>
    internal DateTimeOffset StartedAt { get; }

    /// <summary>When it must end, as a timestamp; <see langword="null"/>: it may last.</summary>
    internal long? EndsAt { get; init; }

    /// <summary>Whether sound is being sent, or about to be.</summary>
    internal bool IsPlaying { get; private set; }

    /// <summary>Why it is to end, if it is: the sender gave it up, its station ended, or nothing was heard of it.</summary>
    internal RtspSessionEnd? Finished => _finished is int reason and not NotFinished ? (RtspSessionEnd)reason : null;

    /// <summary>The listener, from the first PLAY on.</summary>
    internal Listener? Listener { get; private set; }

    /// <summary>Takes the way of delivery. Before the first PLAY alone.</summary>
    /// <param name="transport">The transport in the answer to SETUP.</param>
    /// <param name="repairs">Whether the client supports repair of losses.</param>
    /// <param name="routeProof">The secret that moves its route; <see langword="null"/>: none.</param>
    /// <param name="srtp">The SRTP session, disposed with the route; <see langword="null"/>: plain RTP.</param>
    [MemberNotNull(nameof(Transport))]
    internal void SetTransport(TransportSpec transport, bool repairs, UInt128? routeProof, SrtpSession? srtp)
    {
        CloseRoute();
        Transport = transport;
        Feedback.Repair = repairs
            ? new RepairSender(Resource.Ring.Info, _server.Time.TimestampFrequency, () => Feedback.Reception?.RoundTrip)
            : null;
        if (transport.ClientPort is TransportPair client)
        {
            _route = _server.Rtp!.Open(
                _connection.Local.Address, _connection.Remote.Address, client.Rtp, client.Rtcp, Feedback, routeProof, srtp);
        }
    }

    /// <summary>Takes part in the rendition and finds where to start; nothing is sent before <see cref="Start"/>.</summary>
    /// <param name="buffer">The audio its client buffers before it plays.</param>
    /// <param name="cancellationToken">Ends the wait for the first packet.</param>
    /// <returns>Why it does not run, if it does not; otherwise the first packet it will get, if that arrived in time.</returns>
    internal async Task<(RingRefusal? Refusal, PacketItem? First)> PlayAsync(TimeSpan buffer, CancellationToken cancellationToken)
    {
        bool isNew = Listener is null;

        // Before the station starts for it: a short one may end before this thread goes on, and its server waits for listeners that play.
        IsPlaying = true;
        if (isNew)
        {
            if (!Resource.Ring.TryOpen(
                new RingRequest(TimeSpan.Zero, _connection.Remote.Address), out RingLease? lease, out RingRefusal? refusal))
            {
                IsPlaying = false;
                return (refusal, null);
            }

            Listener = TryCreateListener(lease);
            if (Listener is null)
            {
                IsPlaying = false;
                lease.Dispose();
                return (new RingRefusal(RingRefusalReason.TooMuchUntaken, SendMemory.Refusal), null);
            }
        }
        else if (Listener!.Lease.IsOver)
        {
            IsPlaying = false;
            Finish(RtspSessionEnd.RenditionStopped);
            return (new RingRefusal(RingRefusalReason.Paused, "The rendition was stopped during the pause. Set up another session."), null);
        }

        // A client that resumes after PAUSE has audio in its buffer already.
        TimeSpan preRoll = isNew ? PreRollFor(buffer) : TimeSpan.Zero;
        (long index, PacketItem? first) = await FirstPacketAsync(preRoll, cancellationToken).ConfigureAwait(false);
        if (first is not null && Listener is UdpListener udp && !udp.CanResumeAt(first))
        {
            IsPlaying = false;
            Finish(RtspSessionEnd.RenditionStopped);
            return (new RingRefusal(RingRefusalReason.Paused, "The pause was too long for SRTP. Set up another session."), null);
        }

        _startAt = index;
        return (null, first);
    }

    /// <summary>Starts the sending that <see cref="PlayAsync"/> prepared, if it did: called after its answer went out.</summary>
    internal void Start()
    {
        if (_startAt is long index)
        {
            _startAt = null;
            _route?.StartSound(_server.Time.GetTimestamp());
            _server.Counters.CountListener(Listener!);
            _server.Senders.Add(Listener!, TimeSpan.Zero, index);
            _server.Logger.SessionPlays(Listener!.Remote, Resource.Ring.Info.ToString(), Listener.Transport);
        }
    }

    /// <summary>Stops the sending; the session stays.</summary>
    internal async Task PauseAsync()
    {
        IsPlaying = false;
        _startAt = null;
        await _server.Senders.RemoveAsync(Listener!).ConfigureAwait(false);
    }

    /// <summary>Says again that its station has ended, where the first time may have been lost.</summary>
    internal void RepeatGoodbye()
    {
        if (!Transport.IsTcp && Listener is Listener listener)
        {
            SayGoodbye(listener, GoodbyeReason.StationEnded);
        }
    }

    /// <summary>Ends it. Nothing is sent afterwards.</summary>
    /// <param name="reason">The reason. A client that does not know it gets a BYE.</param>
    internal async Task CloseAsync(RtspSessionEnd reason)
    {
        IsPlaying = false;
        if (Listener is Listener listener)
        {
            await _server.Senders.RemoveAsync(listener).ConfigureAwait(false);
            if (reason is RtspSessionEnd.TimedOut or RtspSessionEnd.ServerStopped)
            {
                SayGoodbye(listener, reason is RtspSessionEnd.TimedOut ? GoodbyeReason.TimedOut : GoodbyeReason.ServerStopped);
            }

            _server.Counters.CountLeft(listener);
            listener.Lease.Dispose();
            listener.Memory?.Dispose();
        }

        CloseRoute();
    }

    /// <summary>How it is now.</summary>
    internal RtspSessionSnapshot GetSnapshot()
    {
        Listener? listener = Listener;
        RenditionInfo info = Resource.Ring.Info;
        long unsent = listener?.UnsentBytes ?? 0;
        return new RtspSessionSnapshot(
            _connection.Remote,
            Transport.IsTcp ? TransportTotal.RtspTcp : TransportTotal.RtspUdp,
            info.Station,
            info.Name,
            IsPlaying,
            listener?.PacketsSent ?? 0,
            listener?.PacketsSkipped ?? 0,
            unsent,
            TimeSpan.FromSeconds(unsent * 8.0 / Math.Max(info.BitRate, 1)),
            Feedback.Reception,
            StartedAt)
        {
            Number = Number,
            BytesSent = listener?.PayloadBytesSent ?? 0,
            Repair = Feedback.Repair?.Statistics,
        };
    }

    /// <summary>Looks whether it is to end, and if so wakes its connection's task. Called by the server about once a second.</summary>
    /// <param name="requestAt">When its connection last received a request, in ticks.</param>
    /// <param name="now">The instant, in ticks.</param>
    internal void CheckTimeout(long requestAt, long now)
    {
        bool provesItself = IsPlaying && Transport.IsTcp;
        TimeSpan silence = _server.Time.GetElapsedTime(Math.Max(requestAt, Feedback.HeardAt), now);
        if (now >= EndsAt)
        {
            Finish(RtspSessionEnd.TimeOver);
        }
        else if (!provesItself && silence > _server.Options.SessionTimeout)
        {
            Finish(RtspSessionEnd.TimedOut);
        }
        else if (Finished is not null)
        {
            // It waits for the client to receive the rest.
            _connection.WakeFromAnyThread();
        }
    }

    // The length of its buffer, and a little more for late packets and for filling the device.
    private TimeSpan PreRollFor(TimeSpan buffer)
    {
        TimeSpan wanted = buffer + PreRoll;
        TimeSpan most = _server.Options.MaxPreRoll;
        return wanted < most ? wanted : most;
    }

    private static void SayGoodbye(Listener listener, string reason)
    {
        var batch = new SendBatch(capacity: 1);
        ((IFarewell)listener).SayGoodbye(reason, batch);
        batch.Flush();
    }

    /// <summary>Makes the listener; <see langword="null"/> if the kernel holds too much already for those that do not take it.</summary>
    private Listener? TryCreateListener(RingLease lease) =>
        _route is not null ? new UdpListener(lease, _connection.Remote, _route, _server.Rtcp, OnFinished)
        : ConnectionListener.TryReserve(_server.Senders.Memory, _connection.Output, lease.Ring.Info, _connection.Peer) is { } memory
            ? new InterleavedListener(
                lease, _connection.Remote, Transport.Interleaved!.Value, _connection.Output, _server.Rtcp, OnFinished)
            { Memory = memory }
        : null;

    private void CloseRoute()
    {
        if (_route is not null)
        {
            _server.Rtp!.Close(_route);
            _route = null;
        }
    }

    /// <summary>Where in the ring to start, and the first packet from there; without it if it does not come in time.</summary>
    private async Task<(long Index, PacketItem? First)> FirstPacketAsync(TimeSpan preRoll, CancellationToken cancellationToken)
    {
        TimeProvider time = _server.Time;
        BroadcastRing ring = Resource.Ring;
        long preRollTicks = preRoll.InTicks(time);
        long askedAt = time.GetTimestamp();
        long start = ring.IndexAt(askedAt, preRollTicks);
        using var tooLate = new CancellationTokenSource(_server.Options.FirstPacketTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLate.Token, cancellationToken);
        for (long index = start; ;)
        {
            if (ring.TryGet(index, out RingItem? item))
            {
                if (item is PacketItem && item.DueAt < askedAt - preRollTicks)
                {
                    // A rendition that has just started begins with more audio than this listener requested.
                    start = ++index;
                    continue;
                }

                if (item is PacketItem or EndItem)
                {
                    return (start, item as PacketItem);
                }

                index++;
            }
            else if (index < ring.Head)
            {
                // Overwritten while we looked.
                start = index = ring.IndexAt(time.GetTimestamp(), 0);
            }
            else
            {
                try
                {
                    await ring.WaitForAsync(index, either.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    return (start, null);
                }
            }
        }
    }

    // On the sender's thread.
    private void OnFinished(DropReason reason) => Finish(reason switch
    {
        DropReason.None => RtspSessionEnd.StationEnded,
        DropReason.Stalled => RtspSessionEnd.Stalled,
        DropReason.RenditionFailed or DropReason.GaveWay or DropReason.PausedTooLong => RtspSessionEnd.RenditionStopped,
        DropReason.ServerStopped => RtspSessionEnd.ServerStopped,
        DropReason.Failed => RtspSessionEnd.Failed,
        _ => RtspSessionEnd.Disconnected,
    });

    private void Finish(RtspSessionEnd reason)
    {
        if (Interlocked.CompareExchange(ref _finished, (int)reason, NotFinished) == NotFinished)
        {
            _connection.WakeFromAnyThread();
        }
    }
}
