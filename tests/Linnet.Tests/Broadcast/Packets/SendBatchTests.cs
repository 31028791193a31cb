using System.Net;
using Linnet.Broadcast.Packets;

namespace Linnet.Tests.Broadcast.Packets;

/// <summary>The memory for datagrams that only one listener gets.</summary>
public class SendBatchTests
{
    private readonly List<byte[]> _sent = [];

    [Theory]
    [InlineData(4, 100)]
    [InlineData(256, 1300)]
    [InlineData(1, 60_000)]
    public void Rented_memory_is_not_reused_before_its_datagram_is_sent(int capacity, int length)
    {
        var batch = new SendBatch(capacity);
        var first = new End(_sent);
        var second = new End(_sent);
        var to = new SocketAddress(System.Net.Sockets.AddressFamily.InterNetwork);
        for (int i = 0; i < 500; i++)
        {
            End end = i % 7 == 0 ? second : first;
            Memory<byte> own = batch.Rent(end, length);
            Assert.Equal(length, own.Length);
            own.Span.Fill((byte)i);
            batch.Add(end, to, own[..(length - 1)]);
        }

        batch.Flush();

        Assert.Equal(500, _sent.Count);
        for (int i = 0; i < _sent.Count; i++)
        {
            Assert.Equal(length - 1, _sent[i].Length);
            Assert.False(_sent[i].AsSpan().ContainsAnyExcept((byte)i), $"datagram {i}");
        }
    }

    private sealed class End(List<byte[]> sent) : IDatagramSender
    {
        public int Send(ReadOnlySpan<OutgoingDatagram> datagrams)
        {
            foreach (ref readonly OutgoingDatagram datagram in datagrams)
            {
                sent.Add(datagram.Bytes.ToArray());
            }

            return datagrams.Length;
        }

        public IDatagramFan CreateFan() => throw new InvalidOperationException("Not used.");
    }
}
