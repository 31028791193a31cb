using System.Buffers.Binary;
using Linnet.Audio;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Fakes;

/// <summary>Sends L16 whose samples can be computed from their position.</summary>
internal sealed class FakeRtpSender(AudioFormat format, uint ssrc = 0x1234_5678, ushort firstSequence = 0, uint firstTimestamp = 0)
{
    public const byte PayloadType = 97;

    public AudioFormat Format => format;

    public uint Ssrc => ssrc;

    /// <summary>The sample at a position: random-looking by default. Positions count from 0 at the first packet.</summary>
    public Func<long, int, short> Sound { get; init; } = Noise;

    public long Position { get; private set; }

    public int PacketsSent { get; private set; }

    public ushort NextSequence => (ushort)(firstSequence + PacketsSent);

    public uint NextTimestamp => (uint)(firstTimestamp + Position);

    public static short Noise(long position, int channel)
    {
        ulong mixed = ((ulong)position * 0x9E37_79B9_7F4A_7C15) + ((ulong)channel * 0xD1B5_4A32_D192_ED03);
        mixed ^= mixed >> 31;
        return (short)((mixed * 0xBF58_476D_1CE4_E5B9) >> 48);
    }

    /// <summary>The datagram of the next packet.</summary>
    public byte[] Next(int frames)
    {
        byte[] datagram = new byte[RtpHeader.Length + (frames * format.Channels * 2)];
        new RtpHeader(PayloadType, Marker: false, NextSequence, NextTimestamp, ssrc).Write(datagram);
        for (int i = 0; i < frames * format.Channels; i++)
        {
            short sample = Sound(Position + (i / format.Channels), i % format.Channels);
            BinaryPrimitives.WriteInt16BigEndian(datagram.AsSpan(RtpHeader.Length + (2 * i)), sample);
        }

        Position += frames;
        PacketsSent++;
        return datagram;
    }

    /// <summary>Skips sound without skipping a sequence number.</summary>
    public void Skip(int frames) => Position += frames;
}
