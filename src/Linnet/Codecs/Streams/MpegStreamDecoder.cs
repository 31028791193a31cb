using Linnet.Audio;
using Linnet.Native;
using Linnet.Wire.Mpeg;

namespace Linnet.Codecs.Streams;

/// <summary>A stream of MPEG audio: MP3, whose frames can be passed on, and layers I and II.</summary>
/// <remarks>
/// A packet's sound is what a listener hears who decodes it: nothing is cut off at the start or the end, and a frame whose bit reservoir is missing is
/// silence. The frame with a file's table (Xing, VBRI) is none of the sound and left out.
/// </remarks>
internal sealed class MpegStreamDecoder : IStreamDecoder
{
    /// <summary>Bytes without a frame among them after which it is no MPEG audio.</summary>
    internal const int MaxGarbage = 1 << 18;

    private readonly MpegFramer _framer = new();
    private readonly FormatNews _news = new();

    // More than any frame gives, for a decoder that has kept something back.
    private readonly float[] _pcm = new float[4 * 1152 * 2];
    private LibMpg123.Handle? _decoder;
    private MpegHeader _header;
    private bool _hasSound;

    /// <inheritdoc/>
    public StreamProblem? Problem { get; private set; }

    /// <summary>Frames that could not be decoded.</summary>
    internal long Damaged { get; private set; }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        while (Problem is null && _framer.TryRead(ref bytes, out MpegFrame frame))
        {
            if (!Mp3Frame.IsInfo(frame.Data, frame.Header) && Prepare(frame.Header, sink))
            {
                bool isMp3 = frame.Header.Layer == 3;
                Span<float> pcm = Decode(frame);
                sink.OnPacket(isMp3 ? frame.Data : [], pcm);
            }
        }

        if (!_hasSound && _framer.Skipped > MaxGarbage)
        {
            Problem ??= new StreamProblem(StreamFault.NotSound, "The stream holds no MPEG audio.");
        }
    }

    /// <inheritdoc/>
    public void Complete(IStreamSink sink)
    {
        if (!_hasSound)
        {
            Problem ??= new StreamProblem(StreamFault.NotSound, "The stream holds no MPEG audio.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder?.Dispose();

    private bool Prepare(MpegHeader header, IStreamSink sink)
    {
        if (_decoder is null || !header.GoesWith(_header))
        {
            _decoder?.Dispose();
            _decoder = NativeLibraries.IsAvailable(NativeLibraries.Mpg123) ? LibMpg123.TryCreate(header.SampleRate, header.Channels) : null;
            if (_decoder is null)
            {
                Problem = new StreamProblem(StreamFault.Unavailable, NativeLibraries.Problem(NativeLibraries.Mpg123) ?? "libmpg123 cannot decode this stream.");
                return false;
            }

            StreamCodec codec = header.Layer == 3 ? StreamCodec.Mp3 : StreamCodec.Other;
            _news.Tell(new StreamFormat(new AudioFormat(header.SampleRate, header.Channels), 0, codec, header.BitRate, []), sink);
        }

        (_header, _hasSound) = (header, true);
        return true;
    }

    private unsafe Span<float> Decode(in MpegFrame frame)
    {
        int samples = frame.Header.Frames * frame.Header.Channels;
        int written = 0;
        fixed (byte* bytes = frame.Data)
        {
            fixed (float* pcm = _pcm)
            {
                byte* input = bytes;
                nuint length = (nuint)frame.Data.Length;
                for (int turn = 0; turn < 8; turn++)
                {
                    int result = LibMpg123.Decode(_decoder!, input, length, pcm + written, (nuint)((_pcm.Length - written) * sizeof(float)), out nuint done);
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
            Damaged++;
            _pcm.AsSpan(written, samples - written).Clear();
        }

        return _pcm.AsSpan(0, samples);
    }
}
