using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Server.Tests.Hosting;

/// <summary>A tone with track titles.</summary>
internal sealed class TitledTone(TrackInfo track) : IAudioSource
{
    private readonly ToneSource _tone = new(440);
    private bool _isTold;

    public AudioFormat Format => _tone.Format;

    public int BitDepth => _tone.BitDepth;

    public bool IsLive => false;

    public TimeSpan? Duration => null;

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        SourceRead read = _tone.Read(pcm, cancellationToken) with { Track = _isTold ? null : track };
        _isTold = true;
        return read;
    }

    public void Dispose() => _tone.Dispose();
}
