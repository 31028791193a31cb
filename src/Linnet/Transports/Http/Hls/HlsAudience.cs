using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Linnet.Access;
using Linnet.Broadcast;
using Linnet.Transports.Http.Radio;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.Http.Hls;

/// <summary>
/// Counts listeners by their requests: one is there from its first request for a playlist until it sends none for three segments' time.
/// Players of the same kind behind one address are counted as one, and so are all listeners of a cache. Thread-safe.
/// </summary>
/// <param name="limits">The most listeners.</param>
/// <param name="patience">How long a listener stays without a request.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs listeners that start and stop.</param>
internal sealed class HlsAudience(RadioServerOptions limits, TimeSpan patience, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly RadioAudience _audience = new(limits);
    private readonly Dictionary<HlsListenerKey, HlsListener> _listeners = [];
    private long _bytesOfThoseGone;

    /// <summary>Listeners since the start, and the bytes of their segments.</summary>
    internal TransportTotal GetTotal()
    {
        lock (_gate)
        {
            return new TransportTotal(
                TransportTotal.Hls, _audience.Accepted, _bytesOfThoseGone + _listeners.Values.Sum(static listener => listener.BytesSent));
        }
    }

    /// <summary>Those who listen now.</summary>
    internal IReadOnlyList<HlsListener> Listeners
    {
        get
        {
            lock (_gate)
            {
                return [.. _listeners.Values];
            }
        }
    }

    /// <summary>The listeners now, by station and rendition.</summary>
    internal IReadOnlyDictionary<(string Station, string Rendition), int> Count()
    {
        lock (_gate)
        {
            return _listeners.Values.CountBy(static listener => (listener.Station, listener.Rendition)).ToDictionary();
        }
    }

    /// <summary>Takes the limits from other options. Those who are listening stay.</summary>
    internal void Limit(RadioServerOptions options) => _audience.Limit(options);

    /// <summary>By what the sender of a request is known again.</summary>
    internal static HlsListenerKey KeyOf(HttpExchange exchange, string station)
    {
        string text = string.Join(
            '\n', station, exchange.Head.Headers["User-Agent"], exchange.Head.Headers["Authorization"], exchange.Link);
        return new HlsListenerKey(
            exchange.Peer, BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    /// <summary>The listener of a request, if it is known; it has asked now.</summary>
    internal HlsListener? Find(HlsListenerKey key)
    {
        lock (_gate)
        {
            if (_listeners.TryGetValue(key, out HlsListener? listener))
            {
                listener.AskedAt = time.GetTimestamp();
            }

            return listener;
        }
    }

    /// <summary>Admits the listener of a request for a rendition. Returns the reason if it is refused.</summary>
    internal RadioRefusal? TryHear(HlsListenerKey key, HttpExchange exchange, RenditionInfo rendition, AccessDecision? decision)
    {
        HlsListener? listener;
        lock (_gate)
        {
            bool isNew = !_listeners.TryGetValue(key, out listener);
            if (isNew || listener!.Rendition != rendition.Name)
            {
                if (!isNew)
                {
                    _audience.Leave(key.Peer, listener!.Station, listener.Rendition);
                }

                if (_audience.TryEnter(key.Peer, rendition.Station, rendition.Name) is RadioRefusal full)
                {
                    // One that changes has just left its place: only where the limits were lowered is there none.
                    _listeners.Remove(key);
                    listener?.Visit?.End();
                    return full;
                }

                listener ??= new HlsListener(rendition.Station, exchange.Remote, time.GetUtcNow());
                listener.Rendition = rendition.Name;
                _listeners[key] = listener;
            }

            listener!.AskedAt = time.GetTimestamp();
            if (decision?.Visit is { } visit)
            {
                (listener.Visit, listener.Permitted) = (visit, decision.Value.Renditions);
            }

            if (!isNew)
            {
                return null;
            }
        }

        logger.HlsListenerPlays(exchange.Remote, rendition.Station, rendition.Name);
        return null;
    }

    /// <summary>Removes those who have not asked for some time.</summary>
    internal void Expire() => Remove(listener => time.GetElapsedTime(listener.AskedAt) > patience);

    /// <summary>Removes all.</summary>
    internal void Close() => Remove(static _ => true);

    private void Remove(Func<HlsListener, bool> isGone)
    {
        List<HlsListener> gone = [];
        lock (_gate)
        {
            foreach ((HlsListenerKey key, HlsListener listener) in _listeners)
            {
                if (isGone(listener))
                {
                    _listeners.Remove(key);
                    _audience.Leave(key.Peer, listener.Station, listener.Rendition);
                    _bytesOfThoseGone += listener.BytesSent;
                    gone.Add(listener);
                }
            }
        }

        foreach (HlsListener listener in gone)
        {
            listener.Visit?.End();
            logger.HlsListenerLeaves(listener.Remote, listener.Station, listener.Rendition, listener.BytesSent);
        }
    }
}
