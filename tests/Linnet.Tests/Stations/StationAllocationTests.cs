using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linnet.Tests.Stations;

public class StationAllocationTests
{
    private readonly SteppedTime _time = new();

    [Fact]
    public void A_station_allocates_its_packets_and_little_else()
    {
        using var station = new Station(
            new StationOptions { Name = "test" }, new RampSource(new AudioFormat(48_000, 1)), _time, NullLogger.Instance);
        BroadcastRing ring = station.Listing.Renditions.Single(static r => r.Info.Name == "pcm");
        Assert.True(ring.TryOpen(default, out RingLease? lease, out _));
        RunFor(station, seconds: 2);

        long perSecond = Allocations.OfRounds(5, _ => RunFor(station, seconds: 1));

        // 200 packets of 480 bytes each. A ring counts 256 bytes more for an item; that covers all that is allocated.
        Assert.InRange(perSecond, 200 * 480, 200 * (480 + 256));
        lease.Dispose();
    }

    private void RunFor(Station station, double seconds)
    {
        long end = _time.Now + (long)(seconds * _time.TimestampFrequency);
        while (_time.Now < end)
        {
            _time.Now = Math.Min(end, station.Step(TestContext.Current.CancellationToken));
        }
    }
}
