using Linnet.Audio;

namespace Linnet.Sources.Ingest;

/// <summary>The titles of buffered sound at their frames. Used under the buffer's lock.</summary>
internal sealed class IngestTitles
{
    // There is at most one title per second.
    private const int MaxTitles = 64;

    // Each title makes a line in the log and a new chained stream for Ogg listeners.
    private static readonly TimeSpan TrackTime = TimeSpan.FromSeconds(1);

    private readonly Queue<(long Position, TrackInfo Track)> _placed = new();
    private TrackInfo? _latest;
    private TrackInfo? _awaited;
    private long? _placedAt;

    /// <summary>Sets the title that begins with the next sound.</summary>
    /// <param name="track">The title.</param>
    /// <param name="position">The frame that is written next.</param>
    /// <param name="format">The format, if it is known.</param>
    internal void Set(TrackInfo track, long position, AudioFormat? format)
    {
        // Some servers repeat the same title with every block; some send a different one with each.
        if (track != _latest)
        {
            _latest = _awaited = track;
            Place(position, format);
        }
    }

    /// <summary>Places the latest title at the current frame, at most one per second; a waiting title may be replaced.</summary>
    internal void Place(long position, AudioFormat? format)
    {
        if (_awaited is not null && _placed.Count < MaxTitles
            && (_placedAt is not long last || position - last >= (format?.FramesIn(TrackTime) ?? 0)))
        {
            _placed.Enqueue((position, _awaited));
            (_placedAt, _awaited) = (position, null);
        }
    }

    /// <summary>Takes the titles up to a frame.</summary>
    /// <returns>The last of them; <see langword="null"/> if there is none.</returns>
    internal TrackInfo? TakeUntil(long position)
    {
        TrackInfo? track = null;
        while (_placed.TryPeek(out (long Position, TrackInfo Track) title) && title.Position <= position)
        {
            track = _placed.Dequeue().Track;
        }

        return track;
    }

    /// <summary>The frame where the next title begins, if that is before <paramref name="end"/>.</summary>
    internal long Limit(long end) => _placed.TryPeek(out (long Position, TrackInfo Track) next) ? Math.Min(end, next.Position) : end;

    /// <summary>Forgets the writer's title: the next writer may set the same one.</summary>
    internal void Forget() => (_latest, _awaited, _placedAt) = (null, null, null);

    /// <summary>Drops all titles.</summary>
    internal void Clear()
    {
        _placed.Clear();
        Forget();
    }
}
