using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Tests.Fakes;

namespace Linnet.Tests.Stations;

/// <summary>Listeners whose lease was opened in time and who look for their first packet when the station has just ended.</summary>
public class StationEndTests
{
    private static readonly StreamRun Run = StreamRun.Of(new RampSource(new AudioFormat(8000, 1), 2000), "wav");

    [Fact]
    public void A_listener_gets_what_is_not_due_yet()
    {
        long index = Run.Ring.IndexAt(Run.Packets[0].DueAt, 0);

        Assert.True(Run.Ring.TryGet(index, out RingItem? item));
        Assert.Equal(Run.Packets[0].DueAt, item.DueAt);
        Assert.True(index <= Run.Packets[0].Index);
    }

    [Fact]
    public void A_listener_gets_the_end_however_late_it_is()
    {
        RingItem end = Run.Items[^1];

        Assert.IsType<EndItem>(end);
        Assert.Equal(end.Index, Run.Ring.IndexAt(end.DueAt + TimeSpan.FromHours(1).Ticks, 0));
    }
}
