using System.Diagnostics.CodeAnalysis;
using System.Net;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>The listeners over TCP or those over UDP: who is admitted and who is there, counted and logged. Any thread may call.</summary>
internal sealed class PyAudioAudience
{
    private readonly Func<BroadcastRing?> _find;
    private readonly Func<IPAddress, PyAudioRefusal?> _judge;
    private readonly PyAudioCounters _counters;
    private readonly ILogger _logger;
    private readonly Refusals<PyAudioRefusal> _refusals;
    private readonly PeerQuota _quota;
    private readonly RunningTotal<Listener> _listeners = new(static listener => listener.PayloadBytesSent);

    /// <param name="transport">The transport's name.</param>
    /// <param name="quota">The limit of listeners.</param>
    /// <param name="find">Finds the rendition for a new client; <see langword="null"/>: there is none now. Called for each.</param>
    /// <param name="judge">Says why a client at an address may not listen; <see langword="null"/>: it may.</param>
    /// <param name="counters">The counters of both transports.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Logs listeners that start and stop, and refusals.</param>
    internal PyAudioAudience(
        string transport, PeerQuota quota, Func<BroadcastRing?> find, Func<IPAddress, PyAudioRefusal?> judge, PyAudioCounters counters,
        TimeProvider time, ILogger logger)
    {
        Transport = transport;
        _quota = quota;
        _find = find;
        _judge = judge;
        _counters = counters;
        _logger = logger;
        _refusals = new Refusals<PyAudioRefusal>(
            (remote, reason, unsaid) => logger.ListenerRefused(remote, transport, reason.ToWords(), unsaid), time, counters.Refused);
    }

    /// <summary>The transport's name.</summary>
    internal string Transport { get; }

    /// <summary>Sets other limits. Those who are listening stay.</summary>
    internal void Limit(int most, int mostPerAddress) => _quota.Limit(most, mostPerAddress);

    /// <summary>The clients admitted now, and their limit.</summary>
    internal Places Places => _quota.Places;

    /// <summary>Clients admitted now.</summary>
    internal int Count => _quota.Count;

    /// <summary>The current listeners.</summary>
    internal IReadOnlyList<Listener> Listeners => _listeners.There;

    /// <summary>Listeners and bytes since the start.</summary>
    internal TransportTotal GetTotal()
    {
        (long count, long bytes) = _listeners.Read();
        return new TransportTotal(Transport, count, bytes);
    }

    /// <summary>Admits a client and opens the rendition for it.</summary>
    /// <param name="remote">The client.</param>
    /// <param name="lease">The lease of the rendition; the caller disposes it, and then calls <see cref="Leave"/>.</param>
    /// <param name="refusal">Why the client is not admitted.</param>
    internal bool TryEnter(IPEndPoint remote, [NotNullWhen(true)] out RingLease? lease, out PyAudioRefusal refusal)
    {
        lease = null;
        refusal = PyAudioRefusal.Unavailable;
        if (_judge(remote.Address) is PyAudioRefusal notPermitted)
        {
            refusal = notPermitted;
            return false;
        }

        var peer = PeerAddress.Of(remote.Address);
        if (!_quota.TryEnter(peer, out bool isFull))
        {
            refusal = isFull ? PyAudioRefusal.TooMany : PyAudioRefusal.TooManyOfAddress;
            return false;
        }

        try
        {
            return _find()?.TryOpen(new RingRequest(TimeSpan.Zero, remote.Address), out lease, out _) is true;
        }
        finally
        {
            if (lease is null)
            {
                _quota.Leave(peer);
            }
        }
    }

    /// <summary>Frees the place of an admitted client.</summary>
    internal void Leave(IPEndPoint remote) => _quota.Leave(PeerAddress.Of(remote.Address));

    /// <summary>Counts and logs a refused client.</summary>
    internal void Refuse(IPEndPoint remote, PyAudioRefusal reason) => _refusals.Count(remote, reason);

    /// <summary>Counts and logs a listener that starts.</summary>
    internal void Begin(Listener listener)
    {
        _counters.CountAccepted();
        _listeners.Enter(listener);
        _logger.ListenerPlays(listener.Remote, listener.Ring.Info.ToString(), Transport);
    }

    /// <summary>Counts and logs the end of a listener; <see langword="null"/>: it failed, and the log has told why.</summary>
    internal void End(Listener listener, PyAudioEnd? end)
    {
        _listeners.Leave(listener);
        if (end is { } reason)
        {
            _counters.Ended.Count(reason);
            _logger.ListenerEnded(
                listener.Remote, listener.Ring.Info.ToString(), reason.ToWords(), listener.PacketsSent, listener.PacketsSkipped);
        }
    }
}
