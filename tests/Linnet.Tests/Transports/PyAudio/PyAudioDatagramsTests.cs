using System.Runtime.InteropServices;
using Linnet.Broadcast;
using Linnet.Transports.PyAudio;

namespace Linnet.Tests.Transports.PyAudio;

public class PyAudioDatagramsTests
{
    [Theory]
    [InlineData(0, 4096)]
    [InlineData(4095, 4096)]
    [InlineData(4096, 8192)]
    [InlineData(-1, 0)]
    public void A_datagram_ends_where_positions_say(long position, long end) =>
        Assert.Equal(end, new PyAudioDatagrams(16_384).EndOf(position));

    [Fact]
    public void A_datagram_for_two_callers_is_made_once()
    {
        var datagrams = new PyAudioDatagrams(16_384);
        PacketItem[] packets = [.. Enumerable.Range(0, 5).Select(i => Packet(i * 1024, 1024))];

        ReadOnlyMemory<byte> first = datagrams.Get(1000, 4096, packets[..4]);
        ReadOnlyMemory<byte> second = datagrams.Get(1000, 4096, packets[..4]);

        Assert.Same(ArrayOf(first), ArrayOf(second));
        Assert.Equal(Sound(1000, 4096), first.ToArray());
    }

    [Fact]
    public void A_datagram_within_one_packet_is_not_copied()
    {
        var datagrams = new PyAudioDatagrams(400);
        PacketItem packet = Packet(1024, 1024);

        ReadOnlyMemory<byte> part = datagrams.Get(1100, 1200, [packet]);

        Assert.Same(ArrayOf(packet.Payload), ArrayOf(part));
        Assert.Equal(Sound(1100, 1200), part.ToArray());
    }

    [Fact]
    public void Two_lengths_from_one_position_are_two_datagrams()
    {
        var datagrams = new PyAudioDatagrams(16_384);
        PacketItem[] packets = [Packet(0, 1024), Packet(1024, 100), Packet(1124, 1024)];

        Assert.Equal(Sound(0, 1124), datagrams.Get(0, 1124, packets[..2]).ToArray());
        Assert.Equal(Sound(0, 2000), datagrams.Get(0, 2000, packets).ToArray());
    }

    private static byte[]? ArrayOf(ReadOnlyMemory<byte> memory)
    {
        Assert.True(MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment));
        return segment.Array;
    }

    /// <summary>A packet of 16-bit stereo in which each frame's four bytes are its position.</summary>
    internal static PacketItem Packet(long position, int frames)
    {
        byte[] sound = Sound((int)position, (int)position + frames);
        return new PacketItem(new PyAudioFraming(), 0, position, frames, marker: false, dueAt: 0, sound);
    }

    internal static byte[] Sound(int start, int end) => [.. Enumerable.Range(start, end - start).SelectMany(BitConverter.GetBytes)];
}
