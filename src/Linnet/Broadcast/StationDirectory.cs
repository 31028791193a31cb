using System.Diagnostics.CodeAnalysis;

namespace Linnet.Broadcast;

/// <summary>
/// The stations of a server, in the order in which they came or in another that was set. Any thread may ask and change.
/// </summary>
internal sealed class StationDirectory
{
    /// <summary>The answer about a station that is not found while <see cref="IsJoining"/> is set.</summary>
    internal const string Joining = "This server has just started, and does not know yet which stations there are. Try again in a second.";

    private readonly Lock _gate = new();
    private IReadOnlyList<StationListing> _stations;
    private IReadOnlyList<string> _awaited;
    private IReadOnlyList<string> _order = [];
    private IReadOnlyList<OtherNode> _others = [];
    private bool _isJoining;
    private long _maxBitsPerSecond;

    /// <summary>Creates a directory.</summary>
    /// <param name="stations">The stations; the root path means the first.</param>
    /// <param name="awaited">Names of stations that will exist once a client pushes to them.</param>
    public StationDirectory(IReadOnlyList<StationListing> stations, IReadOnlyList<string>? awaited = null)
    {
        _stations = stations;
        _awaited = awaited ?? [];
    }

    /// <summary>The stations there are now.</summary>
    public IReadOnlyList<StationListing> Stations => Volatile.Read(ref _stations);

    /// <summary>
    /// Other servers that have the same stations, as they are now. The relay sets them; by default there are none.
    /// </summary>
    public IReadOnlyList<OtherNode> Others
    {
        get => Volatile.Read(ref _others);
        set => Volatile.Write(ref _others, value);
    }

    /// <summary>The most audio that all listeners together may get, in bits of payload per second; 0, the default: no limit.</summary>
    public long MaxBitsPerSecond
    {
        get => Volatile.Read(ref _maxBitsPerSecond);
        set => Volatile.Write(ref _maxBitsPerSecond, value);
    }

    /// <summary>The audio that all listeners together need now, in bits of payload per second.</summary>
    public long BitsPerSecond
    {
        get
        {
            long sum = 0;
            foreach (StationListing station in Stations)
            {
                foreach (BroadcastRing ring in station.Rings)
                {
                    sum += (long)ring.Listeners * ring.Info.BitRate;
                }
            }

            return sum;
        }
    }

    /// <summary>
    /// Whether the limit of audio allows another listener. Listeners that come at the same moment get the same answer, so the limit
    /// may be exceeded by a little.
    /// </summary>
    /// <param name="bitRate">The bits per second that the listener would get; 0: it gets them already.</param>
    public bool HasRoomFor(int bitRate) =>
        bitRate == 0 || MaxBitsPerSecond is not (> 0 and long most) || BitsPerSecond + bitRate <= most;

    /// <summary>
    /// Whether it is not known yet which stations other servers have: one that is not found may be there soon. Default: no.
    /// </summary>
    public bool IsJoining
    {
        get => Volatile.Read(ref _isJoining);
        set => Volatile.Write(ref _isJoining, value);
    }

    /// <summary>The listeners of a station at other servers, by rendition.</summary>
    public IReadOnlyDictionary<string, int> ListenersElsewhere(string station)
    {
        var listeners = new Dictionary<string, int>();
        foreach (OtherNode node in Others)
        {
            foreach ((string rendition, int count) in node.Stations.GetValueOrDefault(station) ?? new Dictionary<string, int>())
            {
                // Others say these figures, so they may be anything.
                listeners[rendition] = (int)Math.Min(int.MaxValue, (long)listeners.GetValueOrDefault(rendition) + Math.Max(0, count));
            }
        }

        return listeners;
    }

    /// <summary>Finds a station by name.</summary>
    /// <param name="name">The name, or <see langword="null"/> or empty for the first station.</param>
    /// <param name="station">What it offers.</param>
    public bool TryFind(string? name, [NotNullWhen(true)] out StationListing? station)
    {
        station = Stations.FirstOrDefault(s => string.IsNullOrEmpty(name) || s.Name == name);
        return station is not null;
    }

    /// <summary>The names of stations that will exist once a client pushes to them.</summary>
    public IReadOnlyList<string> Awaited => Volatile.Read(ref _awaited);

    /// <summary>Whether a station of this name will exist once a client pushes to it.</summary>
    public bool IsAwaited(string name) => Volatile.Read(ref _awaited).Contains(name);

    /// <summary>Whether there is a station of this name, or will be once a client pushes to it.</summary>
    public bool Contains(string name) => Stations.Any(s => s.Name == name) || IsAwaited(name);

    /// <summary>Whether there is no station yet, but will be once a client pushes.</summary>
    internal bool IsEmptyButAwaited => Stations.Count == 0 && Volatile.Read(ref _awaited).Count > 0;

    /// <summary>Adds a station, or updates the one of this name.</summary>
    public void Set(StationListing station)
    {
        ArgumentNullException.ThrowIfNull(station);
        lock (_gate)
        {
            bool isThere = _stations.Any(s => s.Name == station.Name);
            Volatile.Write(
                ref _stations,
                Ordered(isThere ? [.. _stations.Select(s => s.Name == station.Name ? station : s)] : [.. _stations, station]));
            Volatile.Write(ref _awaited, [.. _awaited.Where(name => name != station.Name)]);
        }
    }

    /// <summary>Puts the stations, and those that come later, into this order. Stations without a place in it follow the others.</summary>
    public void Order(IReadOnlyList<string> names)
    {
        lock (_gate)
        {
            _order = names;
            Volatile.Write(ref _stations, Ordered(_stations));
        }
    }

    /// <summary>Removes a station, and no longer awaits one of this name.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string name)
    {
        lock (_gate)
        {
            bool wasThere = _stations.Any(s => s.Name == name) || _awaited.Contains(name);
            Volatile.Write(ref _stations, [.. _stations.Where(s => s.Name != name)]);
            Volatile.Write(ref _awaited, [.. _awaited.Where(awaited => awaited != name)]);
            return wasThere;
        }
    }

    /// <summary>Announces a station of this name, which will exist once a client pushes to it. Does nothing if it exists.</summary>
    public void Await(string name)
    {
        lock (_gate)
        {
            if (_stations.All(s => s.Name != name) && !_awaited.Contains(name))
            {
                Volatile.Write(ref _awaited, [.. _awaited, name]);
            }
        }
    }

    private IReadOnlyList<StationListing> Ordered(IReadOnlyList<StationListing> stations)
    {
        Dictionary<string, int> places = _order.Select(static (name, place) => (name, place)).ToDictionary();
        return [.. stations.OrderBy(station => places.GetValueOrDefault(station.Name, int.MaxValue))];
    }
}
