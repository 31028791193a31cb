using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Clock;
using Linnet.Relay.CatchUp;
using Linnet.Relay.Edges;
using Linnet.Relay.Wire;
using Linnet.Tests.Broadcast;

namespace Linnet.Tests.Relay.Edges;

/// <summary>
/// An origin that publishes a packet each 20 ms, a network that loses, repeats and delays as it is told, and an edge: in ticks of 1 ms.
/// </summary>
internal sealed class EdgeSimulation
{
    internal const int PacketMs = 20;
    internal const int DelayMs = 3000;

    private readonly PriorityQueue<Action, (long At, long Order)> _underway = new();
    private readonly Dictionary<ulong, (BroadcastRing Ring, int Number)> _origins = [];
    private readonly Random _random;
    private readonly OriginClock _clock = new(DelayMs * 1_000_000L, 1000);
    private long _order;

    internal EdgeSimulation(int seed)
    {
        _random = new Random(seed);
        Ring = Rings.Create(30);
        Writer = new EdgeWriter(Ring, 1000);
        Intake = new Intake(Writer, 1000);
        Lease = Rings.Open(Ring);
        Writer.Begin();
    }

    internal long Now { get; private set; }

    internal BroadcastRing Ring { get; }

    internal RingLease Lease { get; }

    internal EdgeWriter Writer { get; }

    internal Intake Intake { get; }

    /// <summary>The share of messages that are lost.</summary>
    internal double Lost { get; set; }

    /// <summary>The longest way of a message, in ms.</summary>
    internal int MostMs { get; set; } = 5;

    /// <summary>Whether anything arrives at all.</summary>
    internal bool IsCut { get; set; }

    /// <summary>Whether origins answer.</summary>
    internal bool Answers { get; set; } = true;

    /// <summary>Whether silence fills long absences.</summary>
    internal bool Fills { get; set; }

    /// <summary>The life of the station that publishes.</summary>
    internal ulong Speaking { get; set; } = 1;

    internal IReadOnlyList<RingItem> Items =>
        [.. Enumerable.Range(0, (int)Ring.Head).Select(i => Ring.TryGet(i, out RingItem? item) ? item : null).OfType<RingItem>()];

    internal IReadOnlyList<PacketItem> Packets => [.. Items.OfType<PacketItem>()];

    /// <summary>An origin whose first packet is due now. It publishes only while it is the one that speaks.</summary>
    /// <param name="incarnation">This life of the station.</param>
    /// <param name="firstNumber">The number of its first packet.</param>
    internal void Begin(ulong incarnation, int firstNumber = 0)
    {
        BroadcastRing ring = Rings.Bare();
        _origins[incarnation] = (ring, firstNumber);
        long epoch = Now - (firstNumber * PacketMs);
        ring.Publish(new DiscontinuityItem(firstNumber * Rings.FramesPerPacket, Now, new MediaTimeline(epoch, 48_000, 1000)));
        ring.Publish(new TitleItem(firstNumber * Rings.FramesPerPacket, Now, new TrackInfo($"of {incarnation}")));
        Send(incarnation, ring, 0, 2);
    }

    internal void Follow(ulong incarnation) => Intake.Follow(incarnation, Now);

    /// <summary>Lets time pass.</summary>
    internal void Run(int ms)
    {
        for (long end = Now + ms; Now < end; Now++)
        {
            if (Now % PacketMs == 0)
            {
                foreach ((ulong incarnation, (BroadcastRing ring, int number)) in _origins.ToArray())
                {
                    long index = ring.Head;
                    ring.Publish(Rings.Packet(number, Now));
                    _origins[incarnation] = (ring, number + 1);
                    Send(incarnation, ring, index, 1);
                }
            }

            while (_underway.TryPeek(out Action? arrive, out (long At, long Order) place) && place.At <= Now)
            {
                _underway.Dequeue();
                arrive();
            }

            Intake.OnTime(_clock, Now);
            if (Fills && !Writer.IsFilling && Writer.Packets > 0 && Now >= Writer.DryAt + 1000)
            {
                Assert.True(Writer.TryFill(fallback: null, out string? problem), problem);
            }

            Writer.Fill(Now + 60);
            if (Intake.Ask(_clock.NanosecondsAt(Math.Max(Now - 5000, Intake.HasStarted ? long.MinValue : Writer.DryAt)), Now)
                is { } question)
            {
                Ask(question);
            }
        }
    }

    private void Send(ulong incarnation, BroadcastRing ring, long index, int count)
    {
        if (incarnation != Speaking || IsCut || _random.NextDouble() < Lost)
        {
            return;
        }

        var writer = new BatchWriter(incarnation, ring.Info, new OriginClock(0, 1000), TimeSpan.FromSeconds(1));
        for (int i = 0; i < count; i++)
        {
            Assert.True(ring.TryGet(index + i, out RingItem? item));
            writer.TryAdd(item);
        }

        byte[] message = writer.Take(0, 0);
        for (int copies = _random.Next(10) == 0 ? 2 : 1; copies > 0; copies--)
        {
            Later(() => Intake.Take(message, _clock, Now));
        }
    }

    // A question and its answer can be lost: then there is no answer, after a while.
    private void Ask(BatchQuestion question)
    {
        bool isLost = IsCut || !Answers || _random.NextDouble() < Lost;
        long at = Now + (isLost ? 900 : _random.Next(1, (2 * MostMs) + 1));
        _underway.Enqueue(
            () => Intake.TakeAnswer(question.Incarnation, isLost || IsCut ? [] : Answer(question), _clock, Now), (at, _order++));
    }

    private IReadOnlyList<byte[]> Answer(BatchQuestion question) =>
        _origins.TryGetValue(Speaking, out (BroadcastRing Ring, int) origin)
            ? RingAnswer.To(question, origin.Ring, Speaking, new OriginClock(0, 1000)) : [];

    private void Later(Action arrive) => _underway.Enqueue(arrive, (Now + _random.Next(1, MostMs + 1), _order++));
}
