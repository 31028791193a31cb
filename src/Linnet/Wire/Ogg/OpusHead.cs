using System.Buffers.Binary;

namespace Linnet.Wire.Ogg;

/// <summary>The first packet of Ogg Opus.</summary>
/// <param name="Channels">1–255.</param>
/// <param name="PreSkip">Frames at 48 kHz to discard at the start: the encoder's delay.</param>
/// <param name="InputSampleRate">Hz of the encoder's input; does not affect decoding. 0 if not stated.</param>
/// <param name="OutputGain">Gain that the decoder applies, in units of 1/256 dB.</param>
/// <param name="MappingFamily">0: mono or stereo. 1: up to 8 channels in Vorbis order. Others are not for playback.</param>
/// <param name="Streams">Opus streams in each packet.</param>
/// <param name="Coupled">How many of them are stereo.</param>
/// <remarks>Source: RFC 7845 §5.1.</remarks>
internal sealed record OpusHead(
    byte Channels, ushort PreSkip, uint InputSampleRate = 48_000, short OutputGain = 0, byte MappingFamily = 0, byte Streams = 1,
    byte Coupled = 0)
{
    private const int ShortLength = 19;

    /// <summary>The decoded channel for each output channel. Not on the wire in family 0.</summary>
    public ReadOnlyMemory<byte> Mapping { get; private init; } = new byte[] { 0, 1 }.AsMemory(0, Math.Min((int)Channels, 2));

    private static ReadOnlySpan<byte> Magic => "OpusHead"u8;

    /// <summary>Reads the packet. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out OpusHead? head)
    {
        //  0         8         9          10         12     16     18       19        20        21
        // | OpusHead | version | channels | pre-skip | rate | gain | family | streams | coupled | mapping × channels
        head = null;
        if (packet.Length < ShortLength || !packet.StartsWith(Magic) || packet[8] >> 4 != 0 || packet[9] == 0)
        {
            return false;
        }

        byte channels = packet[9];
        byte family = packet[18];
        var parsed = new OpusHead(
            channels,
            BinaryPrimitives.ReadUInt16LittleEndian(packet[10..]),
            BinaryPrimitives.ReadUInt32LittleEndian(packet[12..]),
            BinaryPrimitives.ReadInt16LittleEndian(packet[16..]),
            family,
            Streams: 1,
            Coupled: (byte)(channels - 1));
        if (family == 0)
        {
            head = parsed;
            return channels <= 2;
        }

        if (packet.Length < ShortLength + 2 + channels)
        {
            return false;
        }

        (byte streams, byte coupled) = (packet[19], packet[20]);
        ReadOnlySpan<byte> mapping = packet.Slice(ShortLength + 2, channels);
        if (streams == 0 || coupled > streams || streams + coupled > byte.MaxValue || (family == 1 && channels > 8))
        {
            return false;
        }

        foreach (byte channel in mapping)
        {
            if (channel != byte.MaxValue && channel >= streams + coupled)
            {
                return false;
            }
        }

        head = parsed with { Streams = streams, Coupled = coupled, Mapping = mapping.ToArray() };
        return true;
    }

    /// <summary>Builds the packet.</summary>
    public byte[] ToArray()
    {
        byte[] packet = new byte[MappingFamily == 0 ? ShortLength : ShortLength + 2 + Channels];
        Magic.CopyTo(packet);
        packet[8] = 1;
        packet[9] = Channels;
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(10), PreSkip);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(12), InputSampleRate);
        BinaryPrimitives.WriteInt16LittleEndian(packet.AsSpan(16), OutputGain);
        packet[18] = MappingFamily;
        if (MappingFamily != 0)
        {
            packet[19] = Streams;
            packet[20] = Coupled;
            Mapping.Span.CopyTo(packet.AsSpan(21));
        }

        return packet;
    }
}
