using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Wire.PyAudio;

namespace Linnet.Transports.PyAudio;

/// <summary>A packet of PCM as a message of the PyAudio tutorial's TCP format.</summary>
internal sealed record PyAudioFraming : EnvelopeFraming
{
    /// <summary>The framing of a ring's packets.</summary>
    internal static PyAudioFraming Of(BroadcastRing ring) => ring.Know(new PyAudioFraming());

    /// <inheritdoc/>
    internal override int HeadLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadLength, PyAudioMessage.MaxSoundLength);
        return PyAudioMessage.HeadLength(payloadLength);
    }

    /// <inheritdoc/>
    internal override int TailLength(int payloadLength) => PyAudioMessage.TailLength;

    /// <inheritdoc/>
    internal override void WriteAround(PacketItem packet, Span<byte> frame) =>
        PyAudioMessage.WriteAround(frame, packet.Payload.Length);
}
