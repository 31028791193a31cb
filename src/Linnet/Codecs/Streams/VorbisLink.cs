using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Native;
using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Streams;

/// <summary>Vorbis in Ogg, using libvorbis. In a file, a packet that cannot be decoded is left out.</summary>
internal sealed unsafe class VorbisLink(FormatNews news, bool isFile) : IOggLink
{
    // A packet gives at most half of a long block.
    private const int MostFrames = 8192;

    private readonly OggTrim _trim = new();
    private readonly PacketPatience _patience = new(isFile);
    private readonly ReadOnlyMemory<byte>[] _headers = new ReadOnlyMemory<byte>[3];
    private LibVorbisEncoder.Handle? _decoder;
    private VorbisHead _head;
    private int _headersRead;
    private long _packets;
    private float[] _pcm = [];

    /// <summary>The Vorbis channel for each of our channels.</summary>
    /// <remarks>Source: Vorbis I §4.3.9; ours are in WAV order.</remarks>
    internal static ReadOnlySpan<byte> Order(int channels) => channels switch
    {
        3 => [0, 2, 1],
        5 => [0, 2, 1, 3, 4],
        6 => [0, 2, 1, 5, 3, 4],
        7 => [0, 2, 1, 6, 5, 3, 4],
        8 => [0, 2, 1, 7, 5, 6, 3, 4],
        _ => [0, 1, 2, 3],
    };

    /// <inheritdoc/>
    public StreamProblem? Take(scoped in OggPacket packet, IStreamSink sink)
    {
        if (packet.IsFirst)
        {
            return Begin(packet.Data);
        }

        if (_headersRead < 3)
        {
            return TakeHeader(packet, sink);
        }

        // An empty packet stands for a lost one.
        int frames = packet.IsCut ? -1 : packet.Data.IsEmpty ? 0 : Decode(packet.Data);
        if (frames < 0 && !_patience.Bears())
        {
            return new StreamProblem(
                StreamFault.NotSound, $"The stream has a Vorbis packet of {packet.Data.Length} bytes that cannot be decoded.");
        }

        if (frames > 0)
        {
            _patience.Decoded();
        }
        else
        {
            frames = 0;
        }

        Range kept = _trim.Take(frames, packet.Granule, packet.IsLast);
        int channels = _head.Format.Channels;
        sink.OnPacket(packet.Data, _pcm.AsSpan()[(kept.Start.Value * channels)..(kept.End.Value * channels)]);
        return null;
    }

    public void Dispose() => _decoder?.Dispose();

    private StreamProblem? Begin(ReadOnlySpan<byte> packet)
    {
        if (!VorbisHead.TryParse(packet, out _head))
        {
            return new StreamProblem(
                StreamFault.Unsupported, "The stream is Vorbis whose first packet is malformed, or has more channels than Linnet carries.");
        }

        if (NativeLibraries.Problem(NativeLibraries.Vorbis) is string missing)
        {
            return new StreamProblem(StreamFault.Unavailable, missing);
        }

        _decoder = new LibVorbisEncoder.Handle();
        LibVorbisEncoder.InitInfo(_decoder.Info);
        LibVorbisEncoder.InitComment(_decoder.Comment);
        _pcm = new float[MostFrames * _head.Format.Channels];
        _headers[0] = packet.ToArray();
        return ReadHeader(0);
    }

    private StreamProblem? TakeHeader(scoped in OggPacket packet, IStreamSink sink)
    {
        if (_headersRead == 1)
        {
            if (!VorbisComment.TryParseVorbis(packet.Data, out VorbisComment comment))
            {
                return Malformed();
            }

            sink.OnTags(comment.Tags);

            // All titles share the headers that are passed on: titles are sent separately. This also leaves out pictures.
            _headers[1] = new VorbisComment(comment.Vendor).ToVorbisHeader();
            return ReadHeader(1);
        }

        if (packet.IsCut || !VorbisSetup.IsReasonable(packet.Data))
        {
            return Malformed();
        }

        _headers[2] = packet.Data.ToArray();
        if (ReadHeader(2) is StreamProblem problem)
        {
            return problem;
        }

        if (LibVorbisDecoder.InitState(_decoder!.State, _decoder.Info) != LibVorbisDecoder.Ok
            || LibVorbisDecoder.InitBlock(_decoder.State, _decoder.Block) != LibVorbisDecoder.Ok)
        {
            return Malformed();
        }

        news.Tell(new StreamFormat(_head.Format, 0, StreamCodec.Vorbis, _head.BitRate, _headers), sink);
        return null;
    }

    private static StreamProblem Malformed() => new(StreamFault.NotSound, "The stream is Vorbis whose headers are malformed.");

    private StreamProblem? ReadHeader(int index)
    {
        _headersRead = index + 1;
        fixed (byte* bytes = _headers[index].Span)
        {
            LibVorbisEncoder.OggPacket packet = Wrap(bytes, _headers[index].Length, isFirst: index == 0);
            return LibVorbisDecoder.ReadHeader(_decoder!.Info, _decoder.Comment, packet) == LibVorbisDecoder.Ok ? null : Malformed();
        }
    }

    /// <returns>Frames; −1 if it cannot be decoded.</returns>
    private int Decode(ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            LibVorbisEncoder.OggPacket packet = Wrap(bytes, data.Length, isFirst: false);
            if (LibVorbisDecoder.Synthesize(_decoder!.Block, packet) != LibVorbisDecoder.Ok
                || LibVorbisDecoder.TakeBlock(_decoder.State, _decoder.Block) != LibVorbisDecoder.Ok)
            {
                return -1;
            }
        }

        int channels = _head.Format.Channels;
        ReadOnlySpan<byte> order = Order(channels);
        int frames = 0;
        while (LibVorbisDecoder.Pcm(_decoder!.State, out float** pcm) is > 0 and int more)
        {
            int taken = Math.Min(more, MostFrames - frames);
            for (int channel = 0; channel < channels; channel++)
            {
                float* source = pcm[order[channel]];
                for (int i = 0; i < taken; i++)
                {
                    _pcm[((frames + i) * channels) + channel] = float.IsFinite(source[i]) ? source[i] : 0;
                }
            }

            frames += taken;
            _ = LibVorbisDecoder.Taken(_decoder.State, more);
        }

        return frames;
    }

    private LibVorbisEncoder.OggPacket Wrap(byte* bytes, int length, bool isFirst) => new()
    {
        Bytes = bytes,
        Length = new CLong(length),
        IsFirst = new CLong(isFirst ? 1 : 0),
        Granule = OggPage.NoGranule,
        Number = _packets++,
    };
}
