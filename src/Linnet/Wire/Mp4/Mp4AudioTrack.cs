using Linnet.Wire.Flac;
using Linnet.Wire.Ogg;

namespace Linnet.Wire.Mp4;

/// <summary>The audio track of a fragmented MP4: all that a player needs before the first packet.</summary>
/// <param name="SampleEntry">The four characters that name the codec: <c>Opus</c>, <c>fLaC</c> or <c>mp4a</c>.</param>
/// <param name="TimeScale">Units of time per second: the sample rate, so that a unit is a frame.</param>
/// <param name="Channels">Channels of the sound.</param>
/// <param name="SampleSize">Bits per sample of FLAC; 16 for codecs with loss.</param>
/// <param name="Configuration">The whole box that configures the decoder: <c>dOps</c>, <c>dfLa</c> or <c>esds</c>.</param>
/// <param name="Codecs">The codec as playlists and browsers name it (RFC 6381): <c>Opus</c>, <c>fLaC</c> or <c>mp4a.40.2</c>. Safari
/// accepts no other capitals.</param>
/// <param name="RollDistance">Packets to decode before the one to play, as a negative number; 0: none.</param>
/// <remarks>
/// Sources: ISO/IEC 14496-12 §12.2 (audio), §10.1 (roll); for each codec, see its method. The order of channels is that of the codec.
/// </remarks>
internal sealed record Mp4AudioTrack(
    string SampleEntry, int TimeScale, int Channels, int SampleSize, ReadOnlyMemory<byte> Configuration, string Codecs,
    short RollDistance = 0)
{
    private const int UsualSampleSize = 16;
    private const int OpusRate = 48_000;

    /// <summary>Frames that an Opus decoder needs before its output is right: 80 ms.</summary>
    private const int OpusRoll = 3840;

    /// <summary>The rates that AAC has numbers for, by number (ISO/IEC 14496-3 §1.6.3.3).</summary>
    private static readonly int[] AacRates =
        [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

    /// <summary>A track of Opus, at 48 kHz.</summary>
    /// <param name="head">
    /// Channels, gain and so on. Its pre-skip is written as it is: for audio that starts in the middle of a broadcast, set it to 0, because
    /// a player must then discard nothing.
    /// </param>
    /// <param name="framesPerPacket">Frames of the usual packet, for the roll distance. Default: 20 ms.</param>
    /// <remarks>
    /// Source: "Encapsulation of Opus in ISO Base Media File Format" 1.0.0 (opus-codec.org) §4.3. It asks for an edit list, which cuts the
    /// encoder's delay off the start of a file. There is none here: the time of a fragment says where its sound belongs.
    /// </remarks>
    public static Mp4AudioTrack Opus(OpusHead head, int framesPerPacket = OpusRate / 50)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(framesPerPacket);
        var boxes = new BoxWriter();
        using (boxes.Box("dOps"u8))
        {
            // As in Ogg, but big-endian, without the magic and with version 0.
            boxes.UInt8(0);
            boxes.UInt8(head.Channels);
            boxes.UInt16(head.PreSkip);
            boxes.UInt32(head.InputSampleRate);
            boxes.UInt16((ushort)head.OutputGain);
            boxes.UInt8(head.MappingFamily);
            if (head.MappingFamily != 0)
            {
                boxes.UInt8(head.Streams);
                boxes.UInt8(head.Coupled);
                boxes.Bytes(head.Mapping.Span);
            }
        }

        int packets = (OpusRoll + framesPerPacket - 1) / framesPerPacket;
        return new Mp4AudioTrack(
            "Opus", OpusRate, head.Channels, UsualSampleSize, boxes.Written.ToArray(), "Opus", (short)Math.Max(-packets, short.MinValue));
    }

    /// <summary>A track of FLAC.</summary>
    /// <param name="streamInfo">
    /// The STREAMINFO block with its own four bytes of header; whether these mark it as the last block does not matter.
    /// </param>
    /// <exception cref="ArgumentException">These bytes are not a valid STREAMINFO block.</exception>
    /// <remarks>Source: "Encapsulation of FLAC in ISO Base Media File Format" 0.0.4 (xiph.org) §3.3.</remarks>
    public static Mp4AudioTrack Flac(ReadOnlyMemory<byte> streamInfo)
    {
        if (!FlacBlockHeader.TryParse(streamInfo.Span, out FlacBlockHeader header) || header.Type is not FlacBlockType.StreamInfo
            || !FlacStreamInfo.TryParse(streamInfo.Span[FlacBlockHeader.Length..], out FlacStreamInfo? info))
        {
            throw new ArgumentException("These bytes are not a STREAMINFO block.", nameof(streamInfo));
        }

        var boxes = new BoxWriter();
        using (boxes.FullBox("dfLa"u8))
        {
            ReadOnlySpan<byte> inside = streamInfo.Span.Slice(FlacBlockHeader.Length, FlacStreamInfo.BlockLength);
            boxes.Bytes(FlacBlockHeader.Wrap(FlacBlockType.StreamInfo, isLast: true, inside));
        }

        return new Mp4AudioTrack(
            "fLaC", info.Format.SampleRate, info.Format.Channels, info.BitDepth, boxes.Written.ToArray(), "fLaC");
    }

    /// <summary>A track of AAC-LC, without ADTS headers.</summary>
    /// <param name="sampleRate">One of the thirteen rates of AAC, 7,350–96,000 Hz.</param>
    /// <param name="channels">1–6.</param>
    /// <exception cref="ArgumentOutOfRangeException">AAC has no number for the rate or the channels.</exception>
    /// <remarks>
    /// Sources: ISO/IEC 14496-14 §5.6 (<c>mp4a</c>, <c>esds</c>); 14496-1 §7.2.6 (descriptors); 14496-3 §1.6.2.1 (AudioSpecificConfig).
    /// </remarks>
    public static Mp4AudioTrack Aac(int sampleRate, int channels)
    {
        int number = Array.IndexOf(AacRates, sampleRate);
        if (number < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(sampleRate), sampleRate, "AAC does not have this sample rate.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 6);

        // Object type 5 bits (2: AAC-LC) | rate 4 | channels 4 | three flags of AAC, all 0.
        const int LowComplexity = 2;
        ushort configuration = (ushort)((LowComplexity << 11) | (number << 7) | (channels << 3));
        var boxes = new BoxWriter();
        using (boxes.FullBox("esds"u8))
        {
            // A descriptor is a tag, a length and its content: 3 (stream) holds 4 (decoder) and 6 (sync); 4 holds 5 (configuration).
            boxes.Bytes([3, 25, 0, 0, 0]);

            // 0x40: AAC. 0x15: an audio stream. The buffer and the bit rates, 11 bytes in all, are not stated.
            boxes.Bytes([4, 17, 0x40, 0x15]);
            boxes.Zeros(11);
            boxes.Bytes([5, 2]);
            boxes.UInt16(configuration);
            boxes.Bytes([6, 1, 2]);
        }

        return new Mp4AudioTrack("mp4a", sampleRate, channels, UsualSampleSize, boxes.Written.ToArray(), "mp4a.40.2");
    }
}
