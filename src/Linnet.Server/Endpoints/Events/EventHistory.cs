using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Linnet.Server.Endpoints.Events;

/// <summary>
/// The latest changes of a server, each encoded once for all readers, as Server-Sent Events. A reader that has missed changes gets them; a
/// reader that has missed more than are kept gets the whole state. Only for one thread at a time.
/// </summary>
/// <param name="run">Names this run of the server in the events' ids, so that ids of another run are not taken for its own.</param>
internal sealed class EventHistory(string run)
{
    /// <summary>The changes that are kept: half a minute at the highest rate.</summary>
    internal const int MostChanges = 64;

    /// <summary>The bytes of changes that are kept.</summary>
    internal const int MostBytes = 256 * 1024;

    private readonly Queue<byte[]> _changes = new();
    private ServerNow? _now;
    private byte[]? _whole;
    private long _number;
    private long _bytes;

    /// <summary>The state after the last change; <see langword="null"/>: there is none yet.</summary>
    internal ServerNow? Now => _now;

    /// <summary>The number of the last change.</summary>
    internal long Number => _number;

    /// <summary>Takes the state of a moment.</summary>
    /// <returns>Whether it differs from the last one in anything that readers see.</returns>
    internal bool Update(ServerNow now)
    {
        ServerNow? before = _now;
        if (before is not null && IsSame(before, now))
        {
            return false;
        }

        _now = now;
        _number++;
        _whole = null;
        byte[]? change = before is not null ? Encode("change", json => WriteChange(json, before, now)) : null;
        if (change is null)
        {
            return true;
        }

        _changes.Enqueue(change);
        for (_bytes += change.Length; _changes.Count > MostChanges || _bytes > MostBytes;)
        {
            _bytes -= _changes.Dequeue().Length;
        }

        return true;
    }

    /// <summary>
    /// The events that bring a reader from a change to now: the later changes, or the whole state; none while there is no state.
    /// </summary>
    /// <param name="number">The last change that the reader has; <see langword="null"/>: none.</param>
    internal IReadOnlyList<byte[]> After(long? number) =>
        _now is not { } now ? []
        : number is long last && last <= _number && _number - last <= _changes.Count
        ? [.. _changes.Skip(_changes.Count - (int)(_number - last))]
        : [_whole ??= Encode("stations", json => WriteWhole(json, now))];

    /// <summary>The change that an event's id names.</summary>
    /// <returns><see langword="null"/>: it names none of this run.</returns>
    internal long? NumberOf(string? id) =>
        id?.Split('-') is [string from, string number] && from == run
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static bool IsSame(ServerNow before, ServerNow now) =>
        (before.RtspPort, before.RtspsPort, before.Servers, before.Stations.Count)
            == (now.RtspPort, now.RtspsPort, now.Servers, now.Stations.Count)
        && before.Stations.Zip(now.Stations).All(static pair => pair.First.IsSame(pair.Second));

    private static void WriteWhole(Utf8JsonWriter json, ServerNow now)
    {
        WritePorts(json, now);
        if (now.Servers > 1)
        {
            json.WriteNumber("servers", now.Servers);
        }

        json.WriteStartArray("stations");
        foreach (StationNow station in now.Stations)
        {
            station.Write(json);
        }

        json.WriteEndArray();
    }

    private static void WriteChange(Utf8JsonWriter json, ServerNow before, ServerNow now)
    {
        if ((before.RtspPort, before.RtspsPort) != (now.RtspPort, now.RtspsPort))
        {
            WritePorts(json, now);
        }

        if (before.Servers != now.Servers)
        {
            json.WriteNumber("servers", now.Servers);
        }

        var known = before.Stations.ToDictionary(static s => s.Name);
        json.WriteStartArray("stations");
        foreach (StationNow station in now.Stations)
        {
            if (!known.TryGetValue(station.Name, out StationNow? last))
            {
                station.Write(json);
            }
            else if (!station.IsSame(last))
            {
                station.WriteChanges(json, last);
            }
        }

        json.WriteEndArray();
        if (!before.Stations.Select(static s => s.Name).SequenceEqual(now.Stations.Select(static s => s.Name)))
        {
            // Names the stations that are left, too: a reader removes the others.
            json.WriteStartArray("order");
            foreach (StationNow station in now.Stations)
            {
                json.WriteStringValue(station.Name);
            }

            json.WriteEndArray();
        }
    }

    private static void WritePorts(Utf8JsonWriter json, ServerNow now)
    {
        WritePort(json, "rtspPort", now.RtspPort);
        WritePort(json, "rtspsPort", now.RtspsPort);
    }

    private static void WritePort(Utf8JsonWriter json, string name, int? port)
    {
        if (port is int number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    // The JSON has no line break, so it is one line of data.
    private byte[] Encode(string type, Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {run}-{_number}\nevent: {type}\ndata: ")));
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        bytes.Write("\n\n"u8);
        return bytes.WrittenSpan.ToArray();
    }
}
