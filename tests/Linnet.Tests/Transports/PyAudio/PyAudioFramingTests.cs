using System.Runtime.InteropServices;
using Linnet.Broadcast;
using Linnet.Tests.Broadcast;
using Linnet.Transports.PyAudio;
using Linnet.Wire.PyAudio;

namespace Linnet.Tests.Transports.PyAudio;

public class PyAudioFramingTests
{
    private readonly BroadcastRing _ring = Rings.Bare();

    [Theory]
    [InlineData(4096)]
    [InlineData(252)]     // the short form
    [InlineData(0)]
    [InlineData(70_000)]  // outside of any frame
    public void A_packet_of_sound_is_a_message_whenever_it_is_framed(int length)
    {
        byte[] sound = new byte[length];
        new Random(length).NextBytes(sound);
        PacketItem late = Packet(sound);
        PyAudioFraming framing = PyAudioFraming.Of(_ring);
        PacketItem early = Packet(sound);

        Assert.Same(framing, _ring.Framing);
        foreach (PacketItem packet in (PacketItem[])[late, early])
        {
            ReadOnlyMemory<byte> message = framing.Frame(packet);
            Assert.Equal(PyAudioReadResult.Done, PyAudioMessage.Read(message.Span, out PyAudioMessage read));
            Assert.Equal(message.Length, read.Length);
            Assert.Equal(sound, read.Sound);
            Assert.Equal(sound, packet.Payload.Span);
        }

        Assert.True(MemoryMarshal.TryGetArray(framing.Frame(early), out ArraySegment<byte> whole));
        Assert.True(MemoryMarshal.TryGetArray(early.Payload, out ArraySegment<byte> part));
        Assert.Same(whole.Array, part.Array);
    }

    [Fact]
    public void A_message_of_1024_frames_starts_as_the_tutorials_does()
    {
        ReadOnlyMemory<byte> message = PyAudioFraming.Of(_ring).Frame(Packet(new byte[4096]));

        Assert.Equal(4122, message.Length);
        Assert.Equal("12100000000000008004950710000000000000420010", Convert.ToHexString(message.Span[..22]), ignoreCase: true);
    }

    [Fact]
    public void Sound_that_is_longer_than_a_message_is_refused()
    {
        PyAudioFraming.Of(_ring);

        Assert.Equal(PyAudioMessage.MaxLength, PyAudioFraming.Of(_ring).Frame(Packet(new byte[PyAudioMessage.MaxSoundLength])).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => Packet(new byte[PyAudioMessage.MaxSoundLength + 1]));
    }

    private PacketItem Packet(byte[] sound) => new(_ring.Framing, 0, 0, sound.Length / 4, marker: false, dueAt: 0, sound);
}
