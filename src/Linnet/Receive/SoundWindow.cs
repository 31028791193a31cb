using Linnet.Audio;

namespace Linnet.Receive;

/// <summary>Decoded sound in one piece: what was just played, what is ready, and room for what is decoded next.</summary>
/// <remarks>What it keeps is what was played, so that some of it can be played again: nothing that was decoded and then left out. Used by
/// the thread that plays. Allocates nothing after construction.</remarks>
/// <param name="channels">Samples per frame.</param>
/// <param name="history">Frames that are kept after they were played.</param>
/// <param name="room">The most frames that are ready or asked room for at once, together.</param>
internal sealed class SoundWindow(int channels, int history, int room)
{
    private readonly float[] _pcm = new float[(history + room) * channels];
    private int _start;

    /// <summary>Frames that are ready.</summary>
    internal int Frames { get; private set; }

    /// <summary>What is ready, interleaved.</summary>
    internal Span<float> Ready => _pcm.AsSpan(_start * channels, Frames * channels);

    /// <summary>Room behind what is ready, as much as asked for. What is written there is to be <see cref="Added"/>.</summary>
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

    /// <summary>Makes ready what was written into the room.</summary>
    internal void Added(int frames) => Frames += frames;

    /// <summary>The first frames have been played.</summary>
    internal void Consume(int frames)
    {
        _start += frames;
        Frames -= frames;
    }

    /// <summary>The first frames are not played.</summary>
    internal void Discard(int frames)
    {
        Ready[(frames * channels)..].CopyTo(Ready);
        Frames -= frames;
    }

    /// <summary>Leaves sound out, or plays some again, if there is a place where nobody hears it.</summary>
    /// <param name="splice">Finds the place.</param>
    /// <param name="direction">1: leaves out; −1: plays again.</param>
    /// <param name="most">The most frames.</param>
    /// <param name="likeness">How alike the two places must be.</param>
    /// <returns>Frames left out; negative: played again; 0: there is no such place.</returns>
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

    // What was played last comes once more, before what is ready.
    private void Repeat(int frames)
    {
        _ = Room(frames);
        _pcm.AsSpan((_start - frames) * channels, (frames + Frames) * channels).CopyTo(_pcm.AsSpan(_start * channels));
        Frames += frames;
    }
}
