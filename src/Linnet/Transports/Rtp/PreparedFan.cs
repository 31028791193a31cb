using System.Buffers;
using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Linnet.Broadcast.Packets;
using Linnet.Native;

namespace Linnet.Transports.Rtp;

/// <summary>
/// A fan with prepared message headers for Linux: all point to one vector, so a new packet changes one pointer and its length.
/// </summary>
/// <remarks>
/// Reading every listener, its route and its address for each packet costs more than preparing the call: 0.5 µs of waiting for memory,
/// where the kernel needs 2.5 to send. The source address is prepared once for all, too.
/// </remarks>
/// <param name="socket">The sending socket.</param>
/// <param name="source">The source address; <see langword="null"/>: the system chooses.</param>
/// <param name="onRefused">Called with the number of datagrams that were not accepted.</param>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PreparedFan(SafeHandle socket, IPAddress? source, Action<int> onRefused) : IDatagramFan
{
    // Maximum datagrams per call on Linux.
    private const int MostInCall = DatagramScratch.Capacity;

    private readonly LibC.IoVec* _vector = (LibC.IoVec*)NativeMemory.AllocZeroed((nuint)sizeof(LibC.IoVec));
    private readonly PacketSource* _source = PacketSource.Allocate(source);
    private LibC.MMsgHdr* _messages;
    private byte* _addresses;
    private bool _isDisposed;
    private int _capacity;

    ~PreparedFan() => Free();

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public void Add(SocketAddress address)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Count == _capacity)
        {
            Grow(Math.Max(16, _capacity * 2));
        }

        Replace(Count++, address);
    }

    /// <inheritdoc/>
    public void Replace(int index, SocketAddress address)
    {
        address.Buffer.Span[..address.Size].CopyTo(new Span<byte>(AddressAt(index), DatagramScratch.AddressLength));
        _messages[index].Header.NameLength = (uint)address.Size;
    }

    /// <inheritdoc/>
    public void RemoveAt(int index)
    {
        Count--;
        new ReadOnlySpan<byte>(AddressAt(Count), DatagramScratch.AddressLength).CopyTo(
            new Span<byte>(AddressAt(index), DatagramScratch.AddressLength));
        _messages[index].Header.NameLength = _messages[Count].Header.NameLength;
    }

    /// <inheritdoc/>
    public int Send(ReadOnlyMemory<byte> datagram)
    {
        if (Count == 0)
        {
            return 0;
        }

        int sent = 0;
        using (MemoryHandle pin = datagram.Pin())
        {
            *_vector = new LibC.IoVec { Base = pin.Pointer, Length = (nuint)datagram.Length };
            try
            {
                for (int first = 0; first < Count; first += MostInCall)
                {
                    sent += DatagramScratch.SendPrepared(socket, _messages + first, Math.Min(MostInCall, Count - first));
                }
            }
            catch (ObjectDisposedException)
            {
                // The socket was closed concurrently: the unsent datagrams count as refused.
            }
        }

        onRefused(Count - sent);
        return sent;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private byte* AddressAt(int index) => _addresses + (index * DatagramScratch.AddressLength);

    private void Grow(int capacity)
    {
        _messages = (LibC.MMsgHdr*)NativeMemory.Realloc(_messages, (nuint)capacity * (nuint)sizeof(LibC.MMsgHdr));
        _addresses = (byte*)NativeMemory.Realloc(_addresses, (nuint)capacity * DatagramScratch.AddressLength);
        for (int i = 0; i < capacity; i++)
        {
            uint length = i < Count ? _messages[i].Header.NameLength : 0;
            _messages[i] = default;
            _messages[i].Header = new LibC.MsgHdr { Name = AddressAt(i), NameLength = length, Vectors = _vector, VectorCount = 1 };
            PacketSource.Put(_source, ref _messages[i].Header);
        }

        _capacity = capacity;
    }

    private void Free()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        NativeMemory.Free(_source);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_vector);
        _messages = null;
        _addresses = null;
        Count = _capacity = 0;
    }
}
