using System.Net;
using System.Runtime.InteropServices;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports.Rtp;

/// <summary>A fan for systems without a call that sends many datagrams: sends them one by one.</summary>
internal sealed class DatagramFan(IDatagramSender sender) : IDatagramFan
{
    private readonly List<OutgoingDatagram> _datagrams = [];

    /// <inheritdoc/>
    public void Add(SocketAddress address) => _datagrams.Add(new OutgoingDatagram(address, default));

    /// <inheritdoc/>
    public void Replace(int index, SocketAddress address) => _datagrams[index] = new OutgoingDatagram(address, default);

    /// <inheritdoc/>
    public void RemoveAt(int index)
    {
        _datagrams[index] = _datagrams[^1];
        _datagrams.RemoveAt(_datagrams.Count - 1);
    }

    /// <inheritdoc/>
    public int Send(ReadOnlyMemory<byte> datagram)
    {
        Span<OutgoingDatagram> all = CollectionsMarshal.AsSpan(_datagrams);
        foreach (ref OutgoingDatagram one in all)
        {
            one = one with { Bytes = datagram };
        }

        return sender.Send(all);
    }

    /// <inheritdoc/>
    public void Dispose() => _datagrams.Clear();
}
