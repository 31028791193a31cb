using Linnet.Audio;

namespace Linnet.Receive;

/// <summary>A contiguous buffer of decoded audio: recently played, ready to play, and free space for decoding.</summary>
/// <remarks>Keeps played audio so that some of it can be repeated, but not audio that was decoded and then skipped. Used by the playing
/// thread. Allocates nothing after construction.</remarks>
/// <param name="channels">Samples per frame.</param>
/// <param name="history">Frames to keep after they were played.</param>
/// <param name="room">The most frames that are ready or reserved at once, combined.</param>
internal sealed class SoundWindow(int channels, int history, int room)
{
    private readonly float[] _pcm = new float[(history + room) * channels];
    private int _start;

    /// <summary>Frames ready to play.</summary>
    internal int Frames { get; private set; }

    /// <summary>The audio that is ready, interleaved.</summary>
    internal Span<float> Ready => _pcm.AsSpan(_start * channels, Frames * channels);

    /// <summary>Gets free space after the ready audio. Call <see cref="Added"/> after writing to it.</summary>
    internal Span<float> Room(int frames)
    {
        if ((_start + Frames + frames) * channels > _pcm.Length)
        {
            int kept = Math.Min(_start, history);
            _pcm.AsSpan((_start - kept) * channels, (kept + Frames) * channels).CopyTo(_pcm);
            _start = kept;
        }

        return _pcm.AsSpan((_start + Frames) * channels, frames * channels);
    }

    /// <summary>Makes frames ready that were written to the free space.</summary>
    internal void Added(int frames) => Frames += frames;

    /// <summary>Removes the first frames, which were played, and keeps them as history.</summary>
    internal void Consume(int frames)
    {
        _start += frames;
        Frames -= frames;
    }

    /// <summary>Removes the first frames without playing them.</summary>
    internal void Discard(int frames)
    {
        Ready[(frames * channels)..].CopyTo(Ready);
        Frames -= frames;
    }

    /// <summary>Skips or repeats audio, if there is a place where that is inaudible.</summary>
    /// <param name="splice">Finds the place.</param>
    /// <param name="direction">1: skip; −1: repeat.</param>
    /// <param name="most">The most frames.</param>
    /// <param name="likeness">The required similarity of the two places.</param>
    /// <returns>Frames skipped; negative: frames repeated; 0: no such place.</returns>
    internal int Splice(PitchSplice splice, int direction, int most, float likeness)
    {
        most = Math.Min(Math.Min(most, splice.Longest), direction > 0 ? Frames - splice.Fade : Math.Min(_start, room - Frames));
        if (most < splice.Shortest || Frames < splice.Fade)
        {
            return 0;
        }

        int step = splice.Find(_pcm.AsSpan(0, (_start + Frames) * channels), _start, direction, splice.Shortest, most, out float alike);
        if (alike < likeness)
        {
            return 0;
        }

        if (direction > 0)
        {
            splice.Apply(Ready, Ready[(step * channels)..], alike);
            Discard(step);
        }
        else
        {
            Repeat(step);
            splice.Apply(Ready[(step * channels)..], Ready, alike);
        }

        return direction * step;
    }

    // Puts the last played frames before the ready ones again.
    private void Repeat(int frames)
    {
        _ = Room(frames);
        _pcm.AsSpan((_start - frames) * channels, (frames + Frames) * channels).CopyTo(_pcm.AsSpan(_start * channels));
        Frames += frames;
    }
}
