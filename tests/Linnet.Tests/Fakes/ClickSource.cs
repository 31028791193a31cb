using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Tests.Fakes;

/// <summary>Silence with one loud sample.</summary>
internal sealed class ClickSource(AudioFormat format, long frames, long clickAt) : IAudioSource
{
    private long _position;

    public AudioFormat Format => format;

    public int BitDepth => 16;

    public bool IsLive => false;

    public TimeSpan? Duration => null;

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        int count = (int)Math.Min(pcm.Length / format.Channels, frames - _position);
        pcm.Clear();
        if (clickAt >= _position && clickAt < _position + count)
        {
            pcm[(int)(clickAt - _position) * format.Channels] = 0.9f;
        }

        _position += count;
        return new SourceRead(count);
    }

    public void Dispose()
    {
    }
}
