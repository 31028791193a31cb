using Linnet.Audio;
using Linnet.Codecs.Opus;
using Linnet.Codecs.Streams;
using Linnet.Wire.Flac;
using Linnet.Wire.Mpeg;
using Linnet.Wire.Ogg;

namespace Linnet.Sources.Files;

/// <summary>
/// Measures the duration of a file by scanning all of it without decoding: the duration that a file declares is often wrong.
/// </summary>
internal sealed class FileLength
{
    private const int PieceLength = 1 << 16;

    /// <summary>Consecutive bytes without sound after which the scan ends; playback ends there, too.</summary>
    private const long MaxSoundless = DecodedSound.MaxSoundless + DecodedSound.MaxTagBytes;

    private TimeSpan _sum;

    // The sum over consecutive parts of the same rate.
    private AudioFormat _format;
    private long _frames;

    /// <summary>The duration, or <see langword="null"/> if it cannot be determined.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">Kind of the file, one that is decoded here.</param>
    internal static TimeSpan? Of(string path, StreamKind kind)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return Of(file, kind);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>The duration of the readable part.</summary>
    internal static TimeSpan Of(Stream file, StreamKind kind)
    {
        var length = new FileLength();
        switch (kind)
        {
            case StreamKind.Mpeg:
                length.CountMpeg(file);
                break;
            case StreamKind.Flac:
                length.CountFlac(file);
                break;
            case StreamKind.Ogg:
                length.CountOgg(file);
                break;
            case StreamKind.Aiff:
                using (var aiff = new AiffStreamDecoder())
                {
                    length.CountPcm(file, aiff, AiffFront.Take(file));
                }

                break;
            default:
                using (var wav = new WavStreamDecoder())
                {
                    length.CountPcm(file, wav, []);
                }

                break;
        }

        length.Begin(default);
        return length._sum;
    }

    private delegate void Look(ReadOnlySpan<byte> bytes);

    private void LookThrough(Stream file, Look look)
    {
        byte[] piece = new byte[PieceLength];
        long soundless = 0;
        while (soundless <= MaxSoundless && file.Read(piece) is > 0 and int length)
        {
            (TimeSpan, long) before = (_sum, _frames);
            look(piece.AsSpan(0, length));
            soundless = before == (_sum, _frames) ? soundless + length : 0;
        }
    }

    private void Begin(AudioFormat format)
    {
        if (format != _format)
        {
            _sum += _format == default ? TimeSpan.Zero : _format.DurationOf(Math.Max(0, _frames));
            (_format, _frames) = (format, 0);
        }
    }

    private void CountMpeg(Stream file)
    {
        var framer = new MpegFramer();
        MpegHeader last = default;
        Mp3Table table = default;
        uint packets = 0;
        LookThrough(file, bytes =>
        {
            while (framer.TryRead(ref bytes, out MpegFrame frame))
            {
                bool isInfo = Mp3Frame.IsInfo(frame.Data, frame.Header);
                if (isInfo || framer.TakeTags() is not null || !frame.Header.GoesWith(last))
                {
                    // The table comes before the frames that it describes.
                    bool isOfTable = !isInfo && packets == 0 && frame.Header.GoesWith(last);
                    if (!isOfTable)
                    {
                        EndMpeg(packets, table);
                        (packets, table) = (0, isInfo ? Mp3Table.Read(frame.Data, frame.Header) : default);
                    }
                }

                last = frame.Header;
                Begin(new AudioFormat(last.SampleRate, last.Channels));
                if (!isInfo)
                {
                    packets++;
                    _frames += last.Frames;
                }
            }
        });
        EndMpeg(packets, table);
    }

    private void EndMpeg(uint packets, Mp3Table table)
    {
        if (packets > 0)
        {
            _frames -= table.Delay is int delay ? delay + Mp3Table.DecoderDelay : 0;
            bool isWhole = table.Frames is null || table.Frames == packets;
            _frames -= isWhole && table.Padding is int padding ? Math.Max(0, padding - Mp3Table.DecoderDelay) : 0;
        }
    }

    private void CountFlac(Stream file)
    {
        var reader = new FlacReader();
        LookThrough(file, bytes =>
        {
            while (reader.TryRead(ref bytes, out FlacItem item))
            {
                Count(item);
            }
        });
        while (reader.TryReadLast(out FlacItem item))
        {
            Count(item);
        }

        void Count(in FlacItem item)
        {
            if (item.Kind is FlacItemKind.StreamInfo)
            {
                Begin(item.Info!.Format);
            }
            else if (item.Kind is FlacItemKind.Frame)
            {
                _frames += item.Header.Frames;
            }
        }
    }

    private void CountOgg(Stream file)
    {
        var packets = new OggPacketReader();
        FlacStreamInfo? flac = null;
        OggTrim trim = new();
        long last = OggPage.NoGranule;
        int longBlock = 0;
        long packetsBefore = 0;
        long packetsSince = 0;
        LookThrough(file, bytes =>
        {
            while (packets.TryRead(ref bytes, out OggPacket packet))
            {
                if (packet.IsFirst)
                {
                    (trim, last, packetsBefore, packetsSince) = (new OggTrim(), OggPage.NoGranule, 0, 0);
                    if (OpusHead.TryParse(packet.Data, out OpusHead? opus))
                    {
                        trim.Skip = opus.PreSkip;
                        Begin(new AudioFormat(OpusEncoder.SampleRate, 1));
                    }
                    else if (VorbisHead.TryParse(packet.Data, out VorbisHead vorbis))
                    {
                        Begin(vorbis.Format);
                        longBlock = vorbis.LongBlock;
                    }
                    else if (OggFlacHead.TryParse(packet.Data, out flac))
                    {
                        Begin(flac.Format);
                    }

                    continue;
                }

                packetsBefore++;
                packetsSince++;
                switch (packets.Codec)
                {
                    case OggCodec.Opus when !packet.Data.StartsWith("OpusTags"u8):
                        Range kept = trim.Take(OpusPacket.Frames(packet.Data), packet.Granule, packet.IsLast);
                        _frames += kept.End.Value - kept.Start.Value;
                        break;
                    case OggCodec.Flac when flac is not null && FlacFrameHeader.TryParse(packet.Data, flac, out FlacFrameHeader header):
                        _frames += header.Frames;
                        break;
                    case OggCodec.Vorbis when packet.Granule > 0:
                        // A recording of a running stream begins at a position that the packets of its first page cannot have reached.
                        last = last != OggPage.NoGranule ? last : packet.Granule <= packetsBefore * longBlock / 2 ? 0 : packet.Granule;

                        // A declared position may be wrong, and pages may be missing: never count more frames than the packets hold.
                        _frames += Math.Clamp(packet.Granule - last, 0, packetsSince * longBlock / 2);
                        (last, packetsSince) = (packet.Granule, 0);
                        break;
                }
            }
        });
    }

    private void CountPcm(Stream file, ChunkStreamDecoder decoder, ReadOnlySpan<byte> front)
    {
        var counter = new Counter(this);
        decoder.Write(front, counter);
        LookThrough(file, bytes => decoder.Write(bytes, counter));
        decoder.Complete(counter);
    }

    private sealed class Counter(FileLength length) : IStreamSink
    {
        public void OnFormat(StreamFormat format)
        {
            length.Begin(format.Pcm);
        }

        public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm) => length._frames += pcm.Length / length._format.Channels;

        public void OnTrack(TrackInfo track)
        {
        }
    }
}
