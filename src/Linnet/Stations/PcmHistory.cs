using Linnet.Audio;

namespace Linnet.Stations;

/// <summary>
/// The last stretch of a station's sound, so that a rendition that starts now starts with sound that is already due. One thread's own.
/// </summary>
internal sealed class PcmHistory(AudioFormat format, TimeSpan duration)
{
    private readonly int _channels = format.Channels;
    private readonly float[] _pcm = new float[format.FramesIn(duration) * format.Channels];
    private int _start;
    private int _length;

    /// <summary>Position of the frame after the last one.</summary>
    public long End { get; private set; }

    /// <summary>Position of the first frame it still has.</summary>
    public long Start => End - (_length / _channels);

    /// <summary>Appends frames that start at <see cref="End"/>; the oldest make room.</summary>
    public void Append(ReadOnlySpan<float> pcm)
    {
        End += pcm.Length / _channels;
        if (pcm.Length > _pcm.Length)
        {
            pcm = pcm[^_pcm.Length..];
        }

        int overflow = Math.Max(0, _length + pcm.Length - _pcm.Length);
        _start = (_start + overflow) % _pcm.Length;
        _length -= overflow;

        int at = (_start + _length) % _pcm.Length;
        int untilWrap = Math.Min(pcm.Length, _pcm.Length - at);
        pcm[..untilWrap].CopyTo(_pcm.AsSpan(at));
        pcm[untilWrap..].CopyTo(_pcm);
        _length += pcm.Length;
    }

    /// <summary>
    /// A run of frames from <paramref name="position"/> on, as long as they lie together: ask again for the rest. Empty at
    /// <see cref="End"/>.
    /// </summary>
    public ReadOnlySpan<float> From(long position)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(position, Start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, End);

        int offset = (int)(position - Start) * _channels;
        int at = (_start + offset) % _pcm.Length;
        return _pcm.AsSpan(at, Math.Min(_length - offset, _pcm.Length - at));
    }
}
