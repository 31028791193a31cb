using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;

namespace Linnet.Tests.Fakes;

/// <summary>
/// A rendition that repeats a few real packets with the positions and deadlines of a whole day, which would take an encoder minutes.
/// </summary>
internal sealed class ReplayedRendition
{
    private const long Ahead = 300_000_000;

    private readonly IReadOnlyList<PacketItem> _packets;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _headers;
    private readonly MediaTimeline _timeline;
    private readonly int _rate;
    private long _number;
    private long _position;
    private long _nextTitle;

    /// <param name="recorded">The ring that holds the packets.</param>
    /// <param name="now">The start time.</param>
    public ReplayedRendition(BroadcastRing recorded, long now)
    {
        RingItem[] items =
            [.. Enumerable.Range(0, (int)recorded.Head).Select(i => recorded.TryGet(i, out RingItem? item) ? item : null)
                .OfType<RingItem>()];
        _packets = [.. items.OfType<PacketItem>()];
        _headers = items.OfType<FormatItem>().First().Headers;
        _rate = recorded.Info.Payload.ClockRate;
        _timeline = new MediaTimeline(now, _rate, 1_000_000_000);
        Ring = new BroadcastRing(recorded.Info, TimeSpan.FromSeconds(10), static (_, _) => null);
        if (recorded.Info.IsRtp)
        {
            InterleavedFraming.Of(Ring);
        }
    }

    public BroadcastRing Ring { get; }

    /// <summary>Publishes the packets that are due by now.</summary>
    public void Step(long now)
    {
        if (_number == 0)
        {
            Ring.Publish(new DiscontinuityItem(0, _timeline.DueAt(0), _timeline));
            Ring.Publish(new FormatItem(0, _timeline.DueAt(0), _headers));
        }

        for (long due = _timeline.DueAt(_position); due - Ahead <= now; due = _timeline.DueAt(_position))
        {
            PacketItem model = _packets[(int)(_number % _packets.Count)];
            if (_position + model.Frames > _nextTitle)
            {
                Ring.Publish(
                    new TitleItem(Math.Max(_position, _nextTitle), due, new TrackInfo($"Title {_nextTitle / (180L * _rate)}")));
                _nextTitle += 180L * _rate;
            }

            Ring.Publish(new PacketItem(Ring.Framing, _number, _position, model.Frames, _number == 0, due, model.Payload.Span));
            _number++;
            _position += model.Frames;
        }
    }
}
