using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Server.Tests.Load;

/// <summary>
/// Endless CD-quality audio in which every frame encodes its position: its lower half on the left, its upper half on the right.
/// </summary>
internal sealed class PositionSource : IAudioSource
{
    private long _position;

    public AudioFormat Format { get; } = new(44_100, 2);

    public int BitDepth => 16;

    public bool IsLive => false;

    public TimeSpan? Duration => null;

    /// <summary>The position encoded in a frame of four bytes, little-endian.</summary>
    public static uint PositionOf(ReadOnlySpan<byte> frame) => BitConverter.ToUInt32(frame);

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (int i = 0; i < pcm.Length; i += 2)
        {
            pcm[i] = (short)_position / 32_768f;
            pcm[i + 1] = (short)(_position >> 16) / 32_768f;
            _position++;
        }

        return new SourceRead(pcm.Length / 2, null);
    }

    public void Dispose()
    {
    }
}
