using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Linnet.Broadcast.Packets;
using Linnet.Native;

namespace Linnet.Transports.Rtp;

/// <summary>
/// One thread's buffers for sending many datagrams to Linux in one call: headers, addresses and pins, reused between calls.
/// </summary>
/// <remarks>
/// Addresses are copied (28 bytes each), payloads are not. A packet is pinned during the call, once if its copies are adjacent.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed unsafe class DatagramScratch
{
    /// <summary>Maximum datagrams per call on Linux (UIO_MAXIOV).</summary>
    internal const int Capacity = 1024;

    // Room for a sockaddr_in6, rounded up so that each one is aligned.
    internal const int AddressLength = 32;

    // How long a full queue of the network card may block a sender. A 100 Mb/s link drains the kernel's usual 200 kB in 17 ms.
    private const int MaxWaitMs = 2;

    [ThreadStatic]
    private static DatagramScratch? _ofThisThread;

    private readonly LibC.MMsgHdr* _messages;
    private readonly LibC.IoVec* _vectors;
    private readonly byte* _addresses;
    private readonly MemoryHandle[] _pins = new MemoryHandle[Capacity];
    private int _pinned;

    private DatagramScratch()
    {
        _messages = (LibC.MMsgHdr*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.MMsgHdr));
        _vectors = (LibC.IoVec*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.IoVec));
        _addresses = (byte*)NativeMemory.AllocZeroed(Capacity, AddressLength);
        for (int i = 0; i < Capacity; i++)
        {
            _messages[i].Header.Name = _addresses + (i * AddressLength);
            _messages[i].Header.Vectors = _vectors + i;
            _messages[i].Header.VectorCount = 1;
        }
    }

    ~DatagramScratch()
    {
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_addresses);
    }

    /// <summary>The instance of the calling thread.</summary>
    internal static DatagramScratch OfThisThread => _ofThisThread ??= new DatagramScratch();

    /// <summary>
    /// Sends as many datagrams as it can, in order, from an address that the system chooses. Skips a datagram that is refused.
    /// </summary>
    /// <returns>The number of datagrams accepted.</returns>
    internal int Send(SafeHandle socket, ReadOnlySpan<OutgoingDatagram> datagrams) => Send(socket, datagrams, null);

    /// <summary>Sends as many datagrams as it can, in order. Skips a datagram that is refused.</summary>
    /// <param name="socket">The sending socket.</param>
    /// <param name="datagrams">The datagrams.</param>
    /// <param name="source">The source address; <see langword="null"/>: the system chooses.</param>
    /// <returns>The number of datagrams accepted.</returns>
    internal int Send(SafeHandle socket, ReadOnlySpan<OutgoingDatagram> datagrams, PacketSource* source)
    {
        int sent = 0;
        while (!datagrams.IsEmpty)
        {
            ReadOnlySpan<OutgoingDatagram> some = datagrams[..Math.Min(datagrams.Length, Capacity)];
            try
            {
                Prepare(some, source);
                sent += SendPrepared(socket, _messages, some.Length);
            }
            catch (ObjectDisposedException)
            {
                return sent;
            }
            finally
            {
                Unpin();
            }

            datagrams = datagrams[some.Length..];
        }

        return sent;
    }

    private void Prepare(ReadOnlySpan<OutgoingDatagram> datagrams, PacketSource* source)
    {
        ReadOnlyMemory<byte> last = default;
        byte* start = null;
        for (int i = 0; i < datagrams.Length; i++)
        {
            ref readonly OutgoingDatagram datagram = ref datagrams[i];
            if (_pinned == 0 || !datagram.Bytes.Equals(last))
            {
                last = datagram.Bytes;
                MemoryHandle pin = last.Pin();
                _pins[_pinned++] = pin;
                start = (byte*)pin.Pointer;
            }

            _vectors[i].Base = start;
            _vectors[i].Length = (nuint)last.Length;
            _messages[i].Header.NameLength = (uint)datagram.To.Size;
            PacketSource.Put(source, ref _messages[i].Header);
            datagram.To.Buffer.Span[..datagram.To.Size].CopyTo(new Span<byte>(_addresses + (i * AddressLength), AddressLength));
        }
    }

    /// <summary>Sends prepared messages, in order. Skips a datagram that is refused.</summary>
    internal static int SendPrepared(SafeHandle socket, LibC.MMsgHdr* messages, int count)
    {
        int sent = 0;
        bool waited = false;
        for (int next = 0; next < count;)
        {
            int taken = LibC.SendMMsg(socket, messages + next, (uint)(count - next), LibC.MsgDontWait | LibC.MsgNoSignal);
            if (taken > 0)
            {
                sent += taken;
                next += taken;
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case LibC.Interrupted:
                    break;
                case LibC.TryAgain when waited:
                    return sent;
                case LibC.TryAgain:
                    waited = true;
                    WaitForRoom(socket);
                    break;
                case not (LibC.NoBuffers or LibC.TooLong) when TrySendFromAnywhere(socket, messages + next):
                    sent++;
                    next++;
                    break;
                default:
                    // The error concerns this datagram only: no route, too long, refused by a firewall, or the peer has left.
                    next++;
                    break;
            }
        }

        return sent;
    }

    // The source address no longer belongs to this machine, or not at the moment. From another address the datagram may still arrive.
    private static bool TrySendFromAnywhere(SafeHandle socket, LibC.MMsgHdr* message)
    {
        nuint length = message->Header.ControlLength;
        if (length == 0)
        {
            return false;
        }

        message->Header.ControlLength = 0;
        bool isSent = LibC.SendMMsg(socket, message, 1, LibC.MsgDontWait | LibC.MsgNoSignal) == 1;
        message->Header.ControlLength = length;
        return isSent;
    }

    private static void WaitForRoom(SafeHandle socket)
    {
        bool held = false;
        try
        {
            socket.DangerousAddRef(ref held);
            var descriptor = new LibC.PollFd { Descriptor = (int)socket.DangerousGetHandle(), Events = LibC.PollOut };
            var timeout = new LibC.TimeSpec { Nanoseconds = MaxWaitMs * 1_000_000 };
            _ = LibC.PPoll(&descriptor, 1, &timeout, 0);
        }
        finally
        {
            if (held)
            {
                socket.DangerousRelease();
            }
        }
    }

    private void Unpin()
    {
        for (int i = 0; i < _pinned; i++)
        {
            _pins[i].Dispose();
            _pins[i] = default;
        }

        _pinned = 0;
    }
}
