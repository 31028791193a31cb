using Linnet.Broadcast;

namespace Linnet.Transports.Http.Radio;

/// <summary>Counts listeners over HTTP: in total, by address, and by station and rendition. Thread-safe.</summary>
/// <param name="options">Limits.</param>
/// <param name="directory">The stations, with the limit of audio; default: there is no such limit.</param>
internal sealed class RadioAudience(RadioServerOptions options, StationDirectory? directory = null)
{
    // Renditions without listeners are kept for their peak, up to a limit.
    private const int MaxRemembered = 1000;

    private readonly PeerQuota _peers = new(options.MaxListeners, options.MaxListenersPerAddress);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Station, string Rendition), (int Now, int Peak)> _renditions = [];
    private readonly Dictionary<string, int> _stations = [];
    private volatile RadioServerOptions _options = options;
    private long _accepted;

    /// <summary>Listeners now.</summary>
    internal int Count => _peers.Count;

    /// <summary>The listeners now, and their limit.</summary>
    internal Places Places => _peers.Places;

    /// <summary>Listeners since the start.</summary>
    internal long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Takes the limits from other options. Those who are listening stay.</summary>
    internal void Limit(RadioServerOptions other)
    {
        _options = other;
        _peers.Limit(other.MaxListeners, other.MaxListenersPerAddress);
    }

    /// <summary>Why there is no room for another listener; <see langword="null"/>: there is.</summary>
    /// <param name="bitRate">The bits per second that it would get.</param>
    internal RadioRefusal? WhyFull(int bitRate) =>
        _peers.Places.AreFull ? RadioRefusal.TooManyListeners
        : directory?.HasRoomFor(bitRate) is false ? RadioRefusal.TooMuchAudio
        : null;

    /// <summary>Admits a listener. Returns the reason if it is refused.</summary>
    /// <param name="peer">The address of the listener.</param>
    /// <param name="station">The station's name.</param>
    /// <param name="rendition">The rendition's name.</param>
    /// <param name="bitRate">The bits per second that it gets; 0, the default: it counts for nothing, or is counted already.</param>
    internal RadioRefusal? TryEnter(PeerAddress peer, string station, string rendition, int bitRate = 0)
    {
        if (!_peers.TryEnter(peer, out bool isFull))
        {
            return isFull ? RadioRefusal.TooManyListeners : RadioRefusal.TooManyOfAddress;
        }

        if (directory?.HasRoomFor(bitRate) is false)
        {
            _peers.Leave(peer);
            return RadioRefusal.TooMuchAudio;
        }

        lock (_gate)
        {
            int ofStation = _stations.GetValueOrDefault(station);
            if (ofStation < _options.MaxListenersPerStation)
            {
                _stations[station] = ofStation + 1;
                (int now, int peak) = _renditions.GetValueOrDefault((station, rendition));
                _renditions[(station, rendition)] = (now + 1, Math.Max(now + 1, peak));
                _accepted++;
                return null;
            }
        }

        _peers.Leave(peer);
        return RadioRefusal.TooManyOfStation;
    }

    /// <summary>Removes an admitted listener.</summary>
    internal void Leave(PeerAddress peer, string station, string rendition)
    {
        lock (_gate)
        {
            if (--_stations[station] == 0)
            {
                _stations.Remove(station);
            }

            (int now, int peak) = _renditions[(station, rendition)];
            _renditions[(station, rendition)] = (now - 1, peak);
            if (now == 1 && _renditions.Count > MaxRemembered)
            {
                _renditions.Remove((station, rendition));
            }
        }

        _peers.Leave(peer);
    }

    /// <summary>The renditions that have or had listeners.</summary>
    internal IReadOnlyList<RadioRenditionSnapshot> GetRenditions()
    {
        lock (_gate)
        {
            return [.. _renditions.Select(r => new RadioRenditionSnapshot(r.Key.Station, r.Key.Rendition, r.Value.Now, r.Value.Peak))];
        }
    }
}
