using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Interop.Tests.Renditions;

/// <summary>A sound as the source of a station, with titles at exact frames.</summary>
internal sealed class SamplesSource(WavSound sound, int bitDepth) : IAudioSource
{
    private readonly float _scale = 1L << (sound.Bits - 1);
    private int _position;

    public AudioFormat Format => new(sound.SampleRate, sound.Channels);

    public int BitDepth => bitDepth;

    public bool IsLive => false;

    public TimeSpan? Duration => null;

    /// <summary>Titles by start frame; a read never crosses one.</summary>
    public SortedDictionary<int, TrackInfo> Tracks { get; } = new() { [0] = new TrackInfo("first", "somebody") };

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        int nextTrack = Tracks.Keys.FirstOrDefault(p => p > _position, int.MaxValue);
        int frames = Math.Min(Math.Min(pcm.Length / sound.Channels, nextTrack - _position), sound.Frames - _position);
        for (int i = 0; i < frames * sound.Channels; i++)
        {
            pcm[i] = sound.Samples[(_position * sound.Channels) + i] / _scale;
        }

        Tracks.TryGetValue(_position, out TrackInfo? track);
        _position += frames;
        return new SourceRead(frames, track);
    }

    public void Dispose()
    {
    }
}
