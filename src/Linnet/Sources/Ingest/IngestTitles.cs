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

    // Where a writer begins that has set no title yet, and the title that applies from there until it does.
    private (long Position, TrackInfo Track)? _unnamed;

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
            if (_unnamed is { } begun && position - begun.Position < (format?.FramesIn(TrackTime) ?? 1))
            {
                // A title that comes with the writer's first sound is that sound's: the station's name would show for a moment only.
                (_unnamed, position) = (null, begun.Position);
            }

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
            (long at, TrackInfo placed) = _placed.Dequeue();
            track = placed;
            if (_unnamed is { } before && before.Position <= at)
            {
                _unnamed = null;
            }
        }

        if (_unnamed is { } begun && begun.Position <= position)
        {
            (_unnamed, track) = (null, begun.Track);
        }

        return track;
    }

    /// <summary>The frame where the title changes next, if that is before <paramref name="end"/>.</summary>
    internal long Limit(long end)
    {
        end = _placed.TryPeek(out (long Position, TrackInfo Track) next) ? Math.Min(end, next.Position) : end;
        return _unnamed is { } begun ? Math.Min(end, begun.Position) : end;
    }

    /// <summary>A writer begins: the titles of the one before end with its sound, and the new one may set the same title.</summary>
    /// <param name="unnamed">The title of its sound until it sets one.</param>
    /// <param name="position">Its first frame.</param>
    internal void Begin(TrackInfo unnamed, long position)
    {
        // Titles for which no sound has come belong to nothing.
        (long Position, TrackInfo Track)[] before = [.. _placed, .. _unnamed is { } begun ? [begun] : Array.Empty<(long, TrackInfo)>()];
        _placed.Clear();
        foreach ((long Position, TrackInfo Track) title in
            before.Where(title => title.Position < position).OrderBy(static title => title.Position).Take(MaxTitles))
        {
            _placed.Enqueue(title);
        }

        _unnamed = (position, unnamed);
        Forget();
    }

    /// <summary>Drops all titles of sound that was dropped.</summary>
    /// <param name="position">The frame that is written next.</param>
    internal void Clear(long position)
    {
        _placed.Clear();
        _unnamed = _unnamed is { } begun ? (position, begun.Track) : null;
        Forget();
    }

    /// <summary>Drops the titles of sound that was dropped, except the latest: it applies to the sound that follows.</summary>
    /// <param name="position">The frame that is written next.</param>
    internal void KeepLatest(long position)
    {
        TrackInfo? latest = _awaited ?? (_placed.Count > 0 ? _latest : null);
        _placed.Clear();
        if (latest is not null)
        {
            _placed.Enqueue((position, latest));
            (_placedAt, _awaited) = (position, null);
        }
    }

    private void Forget() => (_latest, _awaited, _placedAt) = (null, null, null);
}
