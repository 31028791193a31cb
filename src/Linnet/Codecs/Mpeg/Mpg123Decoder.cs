using Linnet.Native;
using Linnet.Wire.Mpeg;

namespace Linnet.Codecs.Mpeg;

/// <summary>Decodes with libmpg123.</summary>
internal sealed class Mpg123Decoder : IMpegDecoder
{
    // A call gives one format change or one frame; more calls than this have nothing left to give.
    private const int MaxCalls = 8;

    // More than any frame gives, even if the decoder has held something back.
    private readonly float[] _pcm = new float[4 * 1152 * 2];
    private readonly Mp3Reservoir _reservoir = new();
    private readonly LibMpg123.Handle _handle;

    private Mpg123Decoder(LibMpg123.Handle handle) => _handle = handle;

    /// <summary>Creates a decoder; returns <see langword="null"/> if memory is insufficient.</summary>
    /// <exception cref="DllNotFoundException">libmpg123 is not installed.</exception>
    internal static Mpg123Decoder? TryCreate(MpegHeader header) =>
        LibMpg123.TryCreate(header.SampleRate, header.Channels) is { } handle ? new Mpg123Decoder(handle) : null;

    /// <inheritdoc/>
    public unsafe ReadOnlySpan<float> Decode(in MpegFrame frame)
    {
        int samples = frame.Header.Frames * frame.Header.Channels;
        int written = 0;
        MpegFrame complete = _reservoir.Complete(frame);
        fixed (byte* bytes = complete.Data)
        {
            fixed (float* pcm = _pcm)
            {
                byte* input = bytes;
                nuint length = (nuint)complete.Data.Length;
                for (int call = 0; call < MaxCalls; call++)
                {
                    int result = LibMpg123.Decode(
                        _handle, input, length, pcm + written, (nuint)((_pcm.Length - written) * sizeof(float)), out nuint done);
                    input = null;
                    length = 0;
                    written += (int)(done / sizeof(float));
                    if (result is not (LibMpg123.Ok or LibMpg123.NewFormat))
                    {
                        break;
                    }
                }
            }
        }

        if (written < samples)
        {
            _pcm.AsSpan(written, samples - written).Clear();
        }

        return _pcm.AsSpan(0, samples);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
