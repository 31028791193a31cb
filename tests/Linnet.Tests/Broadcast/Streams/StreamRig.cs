using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Broadcast.Streams;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Broadcast.Streams;

/// <summary>A station that publishes 300 ms ahead, its log and a loop, in simulated milliseconds.</summary>
internal sealed class StreamRig
{
    private readonly List<StreamClient> _clients = [];
    private long _next = StreamLoop.Never;

    public StreamRig(StreamOptions? options = null)
    {
        Options = options ?? new StreamOptions();
        Ring = Rings.Create();
        Log = new StreamLog(Ring, static () => new MarkedContainer(), 0, Options.Retention, 0, 1000);
        Loop = new StreamLoop(Options, 1000, Counters);
    }

    public StreamOptions Options { get; }

    public BroadcastRing Ring { get; }

    public StreamLog Log { get; }

    public StreamCounters Counters { get; } = new(1000);

    public StreamLoop Loop { get; }

    public long Now { get; private set; }

    /// <summary>Called each millisecond.</summary>
    public Action<long>? OnTick { get; set; }

    public void PublishTitle(string title) =>
        Ring.Publish(new TitleItem(NextNumber * Rings.FramesPerPacket, NextNumber * 20, new TrackInfo(title)));

    public long NextNumber { get; private set; }

    public StreamClient Join(Func<StreamLog, StreamEntry, StreamClient>? create = null)
    {
        Log.Advance(Now);
        StreamEntry start = Log.EntryDueFrom(Now - (long)Options.Burst.TotalMilliseconds)!;
        StreamClient client = create is null ? new StreamClient(Log, start) : create(Log, start);
        new GatheringWriter().Write(client, out _);
        Loop.Add(client, Now);
        _next = Now;
        _clients.Add(client);
        return client;
    }

    public void Run(long milliseconds)
    {
        for (long end = Now + milliseconds; Now < end; Now++)
        {
            while (NextNumber * 20 <= Now + 300)
            {
                Ring.Publish(Rings.Packet(NextNumber, NextNumber * 20));
                NextNumber++;
            }

            while (_next <= Now)
            {
                _next = Loop.Step(Now);
            }

            _clients.ForEach(c => c.Tick(Now));
            OnTick?.Invoke(Now);
        }
    }
}
