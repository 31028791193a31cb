using System.Runtime.InteropServices;
using Linnet.Native;
using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Vorbis;

/// <summary>Decodes with libvorbis.</summary>
internal sealed unsafe class LibVorbisPackets : IVorbisDecoder
{
    private readonly LibVorbisEncoder.Handle _handle = new();
    private readonly int _channels;
    private long _packets;

    private LibVorbisPackets(int channels)
    {
        _channels = channels;
        LibVorbisEncoder.InitInfo(_handle.Info);
        LibVorbisEncoder.InitComment(_handle.Comment);
    }

    /// <summary>Creates a decoder; returns <see langword="null"/> if a header is malformed.</summary>
    /// <exception cref="DllNotFoundException">libvorbis is not installed.</exception>
    internal static LibVorbisPackets? TryCreate(int channels, ReadOnlySpan<ReadOnlyMemory<byte>> headers)
    {
        var decoder = new LibVorbisPackets(channels);
        foreach (ReadOnlyMemory<byte> header in headers)
        {
            if (!decoder.TryReadHeader(header.Span))
            {
                decoder.Dispose();
                return null;
            }
        }

        if (LibVorbisDecoder.InitState(decoder._handle.State, decoder._handle.Info) != LibVorbisDecoder.Ok
            || LibVorbisDecoder.InitBlock(decoder._handle.State, decoder._handle.Block) != LibVorbisDecoder.Ok)
        {
            decoder.Dispose();
            return null;
        }

        return decoder;
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> packet, Span<float> pcm)
    {
        fixed (byte* bytes = packet)
        {
            LibVorbisEncoder.OggPacket wrapped = Wrap(bytes, packet.Length);
            if (LibVorbisDecoder.Synthesize(_handle.Block, wrapped) != LibVorbisDecoder.Ok
                || LibVorbisDecoder.TakeBlock(_handle.State, _handle.Block) != LibVorbisDecoder.Ok)
            {
                return -1;
            }
        }

        ReadOnlySpan<byte> order = VorbisChannels.Order(_channels);
        int frames = 0;
        while (LibVorbisDecoder.Pcm(_handle.State, out float** decoded) is > 0 and int more)
        {
            int taken = Math.Min(more, IVorbisDecoder.MaxFrames - frames);
            for (int channel = 0; channel < _channels; channel++)
            {
                float* source = decoded[order[channel]];
                for (int i = 0; i < taken; i++)
                {
                    pcm[((frames + i) * _channels) + channel] = float.IsFinite(source[i]) ? source[i] : 0;
                }
            }

            frames += taken;
            _ = LibVorbisDecoder.Taken(_handle.State, more);
        }

        return frames;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private bool TryReadHeader(ReadOnlySpan<byte> header)
    {
        fixed (byte* bytes = header)
        {
            LibVorbisEncoder.OggPacket packet = Wrap(bytes, header.Length);
            return LibVorbisDecoder.ReadHeader(_handle.Info, _handle.Comment, packet) == LibVorbisDecoder.Ok;
        }
    }

    private LibVorbisEncoder.OggPacket Wrap(byte* bytes, int length) => new()
    {
        Bytes = bytes,
        Length = new CLong(length),
        IsFirst = new CLong(_packets == 0 ? 1 : 0),
        Granule = OggPage.NoGranule,
        Number = _packets++,
    };
}
