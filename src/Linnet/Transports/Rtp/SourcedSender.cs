using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Linnet.Broadcast.Packets;

namespace Linnet.Transports.Rtp;

/// <summary>A <see cref="UdpSocket"/> whose datagrams have a fixed source address, on a machine with several.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class SourcedSender(SafeHandle socket, IPAddress source, Action<int> onRefused) : IDatagramSender
{
    // Immutable; lives as long as any thread may send through this instance.
    private readonly PacketSource* _source = PacketSource.Allocate(source);

    ~SourcedSender() => NativeMemory.Free(_source);

    /// <inheritdoc/>
    public int Send(ReadOnlySpan<OutgoingDatagram> datagrams)
    {
        int sent = DatagramScratch.OfThisThread.Send(socket, datagrams, _source);
        onRefused(datagrams.Length - sent);
        GC.KeepAlive(this);
        return sent;
    }

    /// <inheritdoc/>
    public IDatagramFan CreateFan() => new PreparedFan(socket, source, onRefused);
}
