using System.Buffers.Binary;
using CsCheck;
using Linnet.Receive;

namespace Linnet.Tests.Receive;

public class JitterBufferTests
{
    private const int Capacity = 16;

    [Fact]
    public void Memory_is_bounded_in_bytes_for_any_number_of_slots()
    {
        var buffer = new JitterBuffer(4096);
        byte[] payload = new byte[65_535];
        for (int sequence = 0; sequence < 10_000; sequence++)
        {
            buffer.Put(new BufferedPacket(sequence, sequence, 0, 0), payload);
        }

        Assert.InRange(buffer.HeldBytes, 1, JitterBuffer.MaxBytes);
    }

    [Fact]
    public void The_buffer_behaves_like_a_sorted_list()
    {
        // Numbers near a moving front, some far behind; the reader takes, skips or does nothing.
        Gen<(int, int)[]> steps = Gen.Select(Gen.Int[0, 9], Gen.Int[-24, 8]).Array[1, 300];

        steps.Sample(
            actions =>
            {
                var buffer = new JitterBuffer(Capacity);
                var model = new Model(Capacity);
                byte[] payload = new byte[8];
                long front = 1000;
                foreach ((int action, int offset) in actions)
                {
                    if (action < 6)
                    {
                        long sequence = front + offset;
                        front = Math.Max(front, sequence);
                        BinaryPrimitives.WriteInt64LittleEndian(payload, sequence);
                        Assert.Equal(model.Put(sequence), Put(buffer, sequence, payload));
                    }
                    else if (model.HasAny)
                    {
                        Assert.Equal(model.Head, buffer.Head);
                        bool isThere = buffer.TryFind(buffer.Head, out BufferedPacket packet);
                        Assert.Equal(model.Find(), isThere ? packet.Sequence : null);
                        if (isThere)
                        {
                            Assert.True(buffer.TryCopy(packet.Sequence, payload, out int length));
                            Assert.Equal((8, packet.Sequence), (length, BinaryPrimitives.ReadInt64LittleEndian(payload)));
                            Assert.Equal(packet.Sequence * 10, packet.Position);
                            buffer.AdvanceTo(packet.Sequence + 1);
                            model.AdvanceTo(packet.Sequence + 1);
                        }
                    }

                    Assert.Equal((model.Overflow, model.Lost), (buffer.Overflow, buffer.Lost));
                }
            },
            iter: 600);
    }

    [Fact]
    public void A_payload_longer_than_any_before_in_its_slot_is_kept_whole()
    {
        var buffer = new JitterBuffer(Capacity);
        byte[] read = new byte[65_535];
        foreach (int length in (int[])[1, 256, 257, 65_535, 3])
        {
            byte[] payload = new byte[length];
            new Random(length).NextBytes(payload);
            long sequence = (buffer.Newest ?? 0) + Capacity;
            Put(buffer, sequence, payload);

            Assert.True(buffer.TryCopy(sequence, read, out int copied));
            Assert.Equal(payload, read[..copied]);
        }
    }

    [Fact]
    public void A_packet_before_the_announced_first_is_late_and_a_first_that_never_comes_is_lost()
    {
        var buffer = new JitterBuffer(Capacity);
        buffer.StartAt(0);

        Assert.Equal(PacketClass.Late, Put(buffer, -1, [1]));
        Assert.Equal(PacketClass.Received, Put(buffer, 2, [1]));
        Assert.Equal(0, buffer.Head);
        buffer.AdvanceTo(3);
        Assert.Equal(2, buffer.Lost);
        Assert.Equal(PacketClass.Late, Put(buffer, 0, [1]));
        Assert.Equal(PacketClass.Duplicate, Put(buffer, 0, [1]));
        Assert.Equal(1, buffer.Lost);
    }

    [Fact]
    public async Task A_writer_that_overtakes_the_reader_never_exposes_a_torn_packet()
    {
        // Long payloads, so that the writer overtakes the reader while it copies.
        byte[][] payloads = [.. Enumerable.Range(0, 256).Select(value => Enumerable.Repeat((byte)value, 16_000 + value).ToArray())];
        var buffer = new JitterBuffer(Capacity);
        const long last = 30_000;
        Put(buffer, 0, payloads[0]);
        Task writer = Task.Run(
            () =>
            {
                for (long sequence = 1; sequence <= last; sequence++)
                {
                    Put(buffer, sequence, payloads[(byte)sequence]);
                }
            },
            TestContext.Current.CancellationToken);

        byte[] read = new byte[20_000];
        long seen = -1;
        while (seen < last)
        {
            if (buffer.TryFind(buffer.Head, out BufferedPacket packet))
            {
                Assert.True(packet.Sequence > seen);
                Assert.Equal(packet.Sequence * 10, packet.Position);
                if (buffer.TryCopy(packet.Sequence, read, out int length))
                {
                    Assert.True(read.AsSpan(0, length).SequenceEqual(payloads[(byte)packet.Sequence]), $"{packet.Sequence} is torn");
                }

                seen = packet.Sequence;
                buffer.AdvanceTo(seen + 1);
            }
        }

        await writer;
    }

    private static PacketClass Put(JitterBuffer buffer, long sequence, byte[] payload) =>
        buffer.Put(new BufferedPacket(sequence, sequence * 10, ArrivedAt: 0, Stream: 0), payload);

    /// <summary>The same, implemented in the simplest way: sets that remember everything.</summary>
    private sealed class Model(int capacity)
    {
        private readonly SortedSet<long> _seen = [];
        private readonly HashSet<long> _ahead = [];
        private long? _head;

        private long _newest = long.MinValue;
        private long _first = long.MaxValue;

        public bool HasAny => _seen.Count > 0;

        public long Overflow { get; private set; }

        public long Head => Oldest(_head ??= _first);

        public long Lost
        {
            get
            {
                long lost = 0;
                long end = Math.Min(Math.Max(_head ?? 0, _newest - capacity + 1), _newest + 1);
                for (long sequence = _head is null ? long.MaxValue : _first; sequence < end; sequence++)
                {
                    lost += _seen.Contains(sequence) ? 0 : 1;
                }

                return lost;
            }
        }

        public PacketClass Put(long sequence)
        {
            // A number is remembered until a newer one takes its slot.
            bool isRemembered = !_seen.Any(other => other > sequence && (other - sequence) % capacity == 0);
            if (_seen.Contains(sequence) && isRemembered)
            {
                return PacketClass.Duplicate;
            }

            if ((_head is { } head && sequence < head) || (_newest != long.MinValue && sequence <= _newest - capacity))
            {
                if (isRemembered)
                {
                    _seen.Add(sequence);
                    Displace(sequence);
                }

                return PacketClass.Late;
            }

            bool isNewest = sequence > _newest;
            _seen.Add(sequence);
            _ahead.Add(sequence);
            _newest = Math.Max(_newest, sequence);
            _first = _head is null ? Math.Min(_first, sequence) : _first;

            Displace(sequence);
            return isNewest ? PacketClass.Received : PacketClass.Reordered;
        }

        public long? Find() => _ahead.Count == 0 ? null : _ahead.Min();

        public void AdvanceTo(long sequence)
        {
            _ahead.RemoveWhere(s => s < sequence);
            _head = sequence;
        }

        // Numbers a capacity apart share a slot.
        private void Displace(long sequence) =>
            Overflow += _ahead.RemoveWhere(other => other < sequence && (sequence - other) % capacity == 0);

        private long Oldest(long head)
        {
            long oldest = _newest - capacity + 1;
            if (head < oldest)
            {
                Overflow += _ahead.RemoveWhere(s => s < oldest);
                _head = oldest;
            }

            return _head!.Value;
        }
    }
}
