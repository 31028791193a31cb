using System.Buffers.Binary;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;

namespace Linnet.Tests.Fakes;

/// <summary>
/// A player of a <see cref="MarkedContainer"/>'s stream, with the kernels on both sides and the network between them; ticks are
/// milliseconds. The player starts with half a second buffered, also after it ran dry, and buffers at most <see cref="MaxInHand"/>.
/// </summary>
internal sealed class StreamClient(StreamLog log, StreamEntry start, int sendBuffer = 40_000, int receiveBuffer = 65_536, double rate = 16)
    : StreamListener(log, start, default, 0)
{
    // All bytes since the last one played, and their progress: played ≤ read ≤ delivered ≤ sent.
    private readonly byte[] _bytes = new byte[1 << 20];
    private int _sent;
    private int _delivered;
    private int _read;
    private int _played;
    private double _owed;
    private bool _plays;

    /// <summary>Whether the network is up.</summary>
    public bool IsOnline { get; set; } = true;

    /// <summary>Whether the player reads its socket.</summary>
    public bool Reads { get; set; } = true;

    /// <summary>Bandwidth of the network in bytes per millisecond.</summary>
    public int Bandwidth { get; set; } = 1000;

    /// <summary>Maximum bytes that the player buffers.</summary>
    public int MaxInHand { get; init; } = 160_000;

    public List<int> Played { get; } = [];

    /// <summary>How far behind its deadline the current packet is played.</summary>
    public long Latency { get; private set; }

    public int Underruns { get; private set; }

    public int Broken { get; private set; }

    public DropReason? Finished { get; private set; }

    internal override long OutputCapacity => sendBuffer;

    internal override long UnsentBytes => _sent - _delivered;

    internal override int Send(ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces)
    {
        int taken = Take(lead);
        foreach (StreamPiece piece in pieces)
        {
            taken += Take(piece.Span);
        }

        return taken;
    }

    internal override void OnFinished(DropReason reason) => Finished = reason;

    /// <summary>Advances by one millisecond.</summary>
    public void Tick(long now)
    {
        if (IsOnline)
        {
            _delivered += Math.Min(Math.Min(Bandwidth, _sent - _delivered), receiveBuffer - (_delivered - _read));
        }

        if (Reads)
        {
            _read += Math.Max(0, Math.Min(_delivered - _read, MaxInHand - (_read - _played)));
        }

        Play(now);
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, sendBuffer - (_sent - _delivered));
        if (_sent + count > _bytes.Length)
        {
            _bytes.AsSpan(_played, _sent - _played).CopyTo(_bytes);
            (_sent, _delivered, _read, _played) = (_sent - _played, _delivered - _played, _read - _played, 0);
        }

        bytes[..count].CopyTo(_bytes.AsSpan(_sent));
        _sent += count;
        return count;
    }

    private void Play(long now)
    {
        _plays |= _read - _played >= 8000;
        _owed = _plays ? _owed + rate : 0;
        while (_owed >= MarkedContainer.BytesPerPacket)
        {
            if (!TryPlayPacket(now))
            {
                Underruns++;
                _plays = false;
                return;
            }

            _owed -= MarkedContainer.BytesPerPacket;
        }
    }

    /// <summary>Plays the next complete packet; skips heads and broken packets.</summary>
    private bool TryPlayPacket(long now)
    {
        while (_read - _played >= MarkedContainer.BytesPerPacket + sizeof(int))
        {
            ReadOnlySpan<byte> rest = _bytes.AsSpan(_played);
            int number = BinaryPrimitives.ReadInt32BigEndian(rest);
            if (rest[0] is >= (byte)'a' and <= (byte)'z')
            {
                _played += 12;
                continue;
            }

            for (int i = 0; i < MarkedContainer.BytesPerPacket; i += sizeof(int))
            {
                if (BinaryPrimitives.ReadInt32BigEndian(rest[i..]) != number)
                {
                    Broken++;
                    _played += i;
                    break;
                }

                if (i == MarkedContainer.BytesPerPacket - sizeof(int))
                {
                    Played.Add(number);
                    Latency = now - (number * 20L);
                    _played += MarkedContainer.BytesPerPacket;
                    return true;
                }
            }
        }

        return false;
    }
}
