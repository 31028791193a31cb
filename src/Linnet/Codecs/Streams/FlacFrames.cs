using Linnet.Audio;
using Linnet.Codecs.Flac;
using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>Handles FLAC frames from any container: decodes them, exact up to 24 bits, and gives the frames to pass on.</summary>
/// <remarks>
/// Tags that assign channels to unusual speakers come after the stream's description, so the format is announced with the tags or the first
/// frame. Frames of such a stream are not passed on: listeners would get them without the tags.
/// </remarks>
/// <param name="news">Announces the format.</param>
/// <param name="isFile">Whether the stream is a file that is only played: then a frame that cannot be decoded does not end it.</param>
/// <param name="usesLibrary">Whether libFLAC decodes; by default, if it is used at all.</param>
internal sealed class FlacFrames(FormatNews news, bool isFile, bool? usesLibrary = null) : IDisposable
{
    private readonly PacketPatience _patience = new(isFile);
    private IFlacFrameDecoder? _decoder;
    private FlacStreamInfo? _untold;
    private ChannelLayout? _layout;
    private float[] _placed = [];

    /// <summary>Begins a stream.</summary>
    internal void Begin(FlacStreamInfo info)
    {
        _decoder?.Dispose();
        _decoder = FlacFrameDecoders.Create(info, usesLibrary);
        (_untold, _layout) = (info, null);
    }

    /// <summary>Reads the stream's tags.</summary>
    internal void Take(VorbisComment comment, IStreamSink sink)
    {
        if (_untold is not null)
        {
            _layout = ChannelLayout.OfMask(comment[ChannelLayout.MaskTag], _untold.Format.Channels);
            Tell(_untold, sink);
        }

        sink.OnTags(comment.Tags);
    }

    /// <summary>
    /// Takes the next frame, whose checksums are right. Returns why it cannot be played, because listeners would get it unchanged. In a
    /// file such a frame becomes silence.
    /// </summary>
    internal StreamProblem? Take(ReadOnlySpan<byte> frame, in FlacFrameHeader header, IStreamSink sink)
    {
        if (_decoder is null)
        {
            return null;
        }

        if (_untold is not null)
        {
            Tell(_untold, sink);
        }

        ReadOnlySpan<float> pcm = _decoder.Decode(frame, header, out bool isDamaged);
        if (!isDamaged)
        {
            _patience.Decoded();
        }
        else if (!_patience.Bears())
        {
            return new StreamProblem(StreamFault.NotSound, $"The stream has a FLAC frame of {frame.Length} bytes that cannot be decoded.");
        }

        if (_layout is null)
        {
            sink.OnPacket(frame, pcm);
            return null;
        }

        int samples = pcm.Length / _layout.Stored * _layout.Channels;
        if (_placed.Length < samples)
        {
            _placed = new float[samples];
        }

        _layout.Place(pcm, _placed);
        sink.OnPacket([], _placed.AsSpan(0, samples));
        return null;
    }

    public void Dispose() => _decoder?.Dispose();

    private void Tell(FlacStreamInfo info, IStreamSink sink)
    {
        _untold = null;
        if (_layout is not null)
        {
            AudioFormat placed = info.Format with { Channels = _layout.Channels };
            news.Tell(new StreamFormat(placed, info.BitDepth, StreamCodec.Other, 0, []), sink);
            return;
        }

        // The length and MD5 of a live stream are not known.
        byte[] header = (info with { Length = 0 }).ToBlock(isLast: false);
        news.Tell(new StreamFormat(info.Format, info.BitDepth, StreamCodec.Flac, 0, [header]), sink);
    }
}
