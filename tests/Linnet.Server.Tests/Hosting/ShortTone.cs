using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Server.Tests.Hosting;

/// <summary>A tone that ends.</summary>
internal sealed class ShortTone(TimeSpan duration) : IAudioSource
{
    private readonly ToneSource _tone = new(440);
    private long _left = new ToneSource(440).Format.FramesIn(duration);

    public AudioFormat Format => _tone.Format;

    public int BitDepth => _tone.BitDepth;

    public bool IsLive => false;

    public TimeSpan? Duration => duration;

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        int frames = (int)Math.Min(_left, pcm.Length / Format.Channels);
        _left -= frames;
        return frames == 0 ? new SourceRead(0) : _tone.Read(pcm[..(frames * Format.Channels)], cancellationToken);
    }

    public void Dispose() => _tone.Dispose();
}
