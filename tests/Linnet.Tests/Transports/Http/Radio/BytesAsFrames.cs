using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Tests.Transports.Http.Radio;

/// <summary>A decoder for which each byte is a frame.</summary>
internal sealed class BytesAsFrames : IStreamDecoder
{
    internal const byte Bad = 255;

    /// <summary>A byte that yields no frame.</summary>
    internal const byte Nothing = 254;

    /// <summary>A byte whose frame is kept until the end.</summary>
    internal const byte HoldsOne = 253;

    private bool _hasBegun;
    private bool _holdsOne;

    public StreamProblem? Problem { get; private set; }

    internal int Writes { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        Writes++;
        if (!_hasBegun)
        {
            sink.OnFormat(new StreamFormat(new AudioFormat(8000, 1), 8, StreamCodec.Pcm, 64_000, []));
            _hasBegun = true;
        }

        _holdsOne |= bytes.Contains(HoldsOne);
        bytes = bytes.ToArray().Where(static b => b is not (Nothing or HoldsOne)).ToArray();
        if (bytes.IsEmpty)
        {
            return;
        }

        Problem = bytes.Contains(Bad) ? new StreamProblem(StreamFault.NotSound, "A bad byte.") : null;
        float[] pcm = new float[bytes.Length];
        for (int i = 0; i < pcm.Length; i++)
        {
            pcm[i] = bytes[i] / 128f;
        }

        sink.OnPacket(bytes, pcm);
    }

    public void Complete(IStreamSink sink)
    {
        if (_holdsOne)
        {
            sink.OnPacket([], [0.5f]);
        }
    }

    public void Dispose()
    {
    }
}
