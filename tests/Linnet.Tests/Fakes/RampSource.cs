using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Tests.Fakes;

/// <summary>16-bit sound in which every sample depends on its position.</summary>
internal sealed class RampSource(AudioFormat format, long frames = long.MaxValue) : IAudioSource
{
    private long _position;

    public AudioFormat Format => format;

    public int BitDepth => 16;

    public bool IsLive { get; init; }

    public bool IsStored { get; init; }

    public TimeSpan? Duration => null;

    /// <summary>Called before each read with the position; may advance time, throw or wait.</summary>
    public Action<long>? OnRead { get; init; }

    /// <summary>Tracks by start position; a read never crosses one.</summary>
    public SortedDictionary<long, TrackInfo> Tracks { get; } = [];

    /// <summary>The maximum number of frames per read.</summary>
    public int MaxRead { get; init; } = int.MaxValue;

    public bool IsDisposed { get; private set; }

    /// <summary>The sample at <paramref name="position"/>.</summary>
    public static short SampleAt(long position, int channel) => unchecked((short)((position * 31) + (channel * 7)));

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        OnRead?.Invoke(_position);
        long nextTrack = Tracks.Keys.FirstOrDefault(p => p > _position, long.MaxValue);
        int count = (int)Math.Min(Math.Min(pcm.Length / format.Channels, MaxRead), Math.Min(frames, nextTrack) - _position);
        for (int i = 0; i < count * format.Channels; i++)
        {
            pcm[i] = SampleAt(_position + (i / format.Channels), i % format.Channels) / 32768f;
        }

        Tracks.TryGetValue(_position, out TrackInfo? track);
        _position += count;
        return new SourceRead(count, track);
    }

    public void Dispose() => IsDisposed = true;
}
