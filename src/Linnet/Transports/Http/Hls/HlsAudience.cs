using System.Buffers.Binary;
using System.Net;
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
/// <param name="directory">The stations, with the limit of audio; default: there is no such limit.</param>
internal sealed class HlsAudience(
    RadioServerOptions limits, TimeSpan patience, TimeProvider time, ILogger logger, StationDirectory? directory = null)
{
    private readonly Lock _gate = new();
    private readonly RadioAudience _audience = new(limits, directory);
    private readonly Dictionary<HlsListenerKey, HlsListener> _listeners = [];
    private long _bytesOfThoseGone;
    private long _accepted;

    /// <summary>Listeners since the start, and the bytes of their segments.</summary>
    internal TransportTotal GetTotal()
    {
        lock (_gate)
        {
            return new TransportTotal(
                TransportTotal.Hls, _accepted, _bytesOfThoseGone + _listeners.Values.Sum(static listener => listener.BytesSent));
        }
    }

    /// <summary>The listeners now, and their limit.</summary>
    internal Places Places => _audience.Places;

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

    /// <summary>The listeners now, by station and rendition; those without any may be missing.</summary>
    internal IReadOnlyDictionary<(string Station, string Rendition), int> Count() =>
        _audience.GetRenditions().ToDictionary(static r => (r.Station, r.Rendition), static r => r.Listeners);

    /// <summary>Takes the limits from other options. Those who are listening stay.</summary>
    internal void Limit(RadioServerOptions options) => _audience.Limit(options);

    /// <summary>Why there is no room for another listener; <see langword="null"/>: there is.</summary>
    /// <param name="bitRate">The bits per second that it would get.</param>
    internal RadioRefusal? WhyFull(int bitRate) => _audience.WhyFull(bitRate);

    /// <summary>By what the sender of a request is known again.</summary>
    internal static HlsListenerKey KeyOf(HttpExchange exchange, string station)
    {
        string text = string.Join(
            '\n', station, exchange.Head.Headers["User-Agent"], exchange.Head.Headers["Authorization"], exchange.Link);
        return new HlsListenerKey(
            exchange.Peer, BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    /// <summary>The listener of a request; <see langword="null"/>: it is not known.</summary>
    internal HlsListener? Find(HlsListenerKey key)
    {
        lock (_gate)
        {
            return _listeners.GetValueOrDefault(key);
        }
    }

    /// <summary>A listener that was admitted has made a request: it stays.</summary>
    internal void Keep(HlsListener listener)
    {
        lock (_gate)
        {
            listener.AskedAt = time.GetTimestamp();
        }
    }

    /// <summary>Takes a listener in, or notes its next request. Returns the reason if there is no room.</summary>
    /// <param name="key">By what it is known.</param>
    /// <param name="remote">Its address.</param>
    /// <param name="rendition">The rendition that it requests.</param>
    /// <param name="admission">How another service has admitted it now; <see langword="null"/>: none was asked.</param>
    internal RadioRefusal? TryHear(HlsListenerKey key, IPEndPoint remote, RenditionInfo rendition, HlsAdmission? admission)
    {
        HlsListener? listener;
        HookVisit? over = null;
        RadioRefusal? full = null;
        bool isNew;
        lock (_gate)
        {
            isNew = !_listeners.TryGetValue(key, out listener);
            if (isNew || listener!.Rendition != rendition.Name)
            {
                full = TryPlace(key, ref listener, remote, rendition);
            }

            if (full is not null || (admission is not null && listener!.Admission?.Visit != admission.Visit))
            {
                over = listener?.Admission?.Visit;
            }

            if (full is null)
            {
                listener!.AskedAt = time.GetTimestamp();
                listener.Admission = admission ?? listener.Admission;
            }
        }

        over?.End();
        if (full is null && isNew)
        {
            logger.HlsListenerPlays(remote, rendition.Station, rendition.Name);
        }

        return full;
    }

    /// <summary>Gives a listener a place at a rendition, instead of the one that it had. Under the lock.</summary>
    private RadioRefusal? TryPlace(HlsListenerKey key, ref HlsListener? listener, IPEndPoint remote, RenditionInfo rendition)
    {
        if (listener is not null)
        {
            _audience.Leave(key.Peer, listener.Station, listener.Rendition);
        }

        int more = listener is null ? rendition.BitRate : 0;
        if (_audience.TryEnter(key.Peer, rendition.Station, rendition.Name, more) is RadioRefusal full)
        {
            // One that changes has just left its place: only where the limits were lowered is there none.
            _listeners.Remove(key);
            _bytesOfThoseGone += listener?.BytesSent ?? 0;
            return full;
        }

        _accepted += listener is null ? 1 : 0;
        listener ??= new HlsListener(rendition.Station, remote, time.GetUtcNow());
        listener.Rendition = rendition.Name;
        _listeners[key] = listener;
        return null;
    }

    /// <summary>Removes those who have made no request for some time.</summary>
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
            listener.Admission?.Visit?.End();
            logger.HlsListenerLeaves(listener.Remote, listener.Station, listener.Rendition, listener.BytesSent);
        }
    }
}
