using Linnet.Audio;

namespace Linnet.Stations;

/// <summary>
/// The latest sound of a station, with its tracks, so that a rendition that starts now begins with sound that is already due. Only for one
/// thread.
/// </summary>
internal sealed class SoundHistory(AudioFormat format, TimeSpan duration)
{
    private readonly int _channels = format.Channels;
    private readonly float[] _pcm = new float[format.FramesIn(duration) * format.Channels];

    // The track that plays at the start, and those that begin later.
    private readonly Queue<(long Position, TrackInfo Track)> _tracks = new();
    private int _start;
    private int _length;

    /// <summary>The format of its sound.</summary>
    internal AudioFormat Format => format;

    /// <summary>Position of the frame after the last one.</summary>
    internal long End { get; private set; }

    /// <summary>Position of the first frame that it still holds.</summary>
    internal long Start => End - (_length / _channels);

    /// <summary>Notes that another track begins at <see cref="End"/>.</summary>
    internal void SetTrack(TrackInfo track) => _tracks.Enqueue((End, track));

    /// <summary>The track that plays at <paramref name="position"/>; <see langword="null"/>: unknown.</summary>
    internal TrackInfo? TrackAt(long position)
    {
        TrackInfo? current = null;
        foreach ((long start, TrackInfo track) in _tracks)
        {
            current = start <= position ? track : current;
        }

        return current;
    }

    /// <summary>The tracks that begin after <paramref name="position"/>, in order.</summary>
    internal IEnumerable<(long Position, TrackInfo Track)> TracksAfter(long position) => _tracks.Where(t => t.Position > position);

    /// <summary>Appends frames that start at <see cref="End"/>; drops the oldest.</summary>
    internal void Append(ReadOnlySpan<float> pcm)
    {
        End += pcm.Length / _channels;
        if (pcm.Length > _pcm.Length)
        {
            pcm = pcm[^_pcm.Length..];
        }

        int overflow = Math.Max(0, _length + pcm.Length - _pcm.Length);
        _start = (_start + overflow) % _pcm.Length;
        _length -= overflow;

        SampleRing.Write(_pcm, _start + _length, pcm);
        _length += pcm.Length;
        while (_tracks.Count > 1 && _tracks.ElementAt(1).Position <= Start)
        {
            _tracks.Dequeue();
        }
    }

    /// <summary>
    /// Gets frames from <paramref name="position"/> on, as many as are contiguous: call again for the rest. Empty at
    /// <see cref="End"/>.
    /// </summary>
    internal ReadOnlySpan<float> From(long position)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(position, Start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, End);

        int offset = (int)(position - Start) * _channels;
        int at = (_start + offset) % _pcm.Length;
        return _pcm.AsSpan(at, Math.Min(_length - offset, _pcm.Length - at));
    }
}
