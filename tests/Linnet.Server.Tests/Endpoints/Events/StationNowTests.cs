using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Server.Endpoints.Events;
using Linnet.Stations;

namespace Linnet.Server.Tests.Endpoints.Events;

public class StationNowTests
{
    [Theory]
    [InlineData("a b", "a")]
    [InlineData("a b b", "a")]
    [InlineData("a -", "a")]
    [InlineData("a - b", "a")]
    [InlineData("a - - b c", "b")]
    [InlineData("a - a", null)]
    [InlineData("- a", null)]
    public void The_track_before_is_known_after_a_time_without_a_title(string titles, string? before)
    {
        var listing = new StationListing("jazz", []);
        StationNow? now = null;
        foreach (string title in titles.Split(' '))
        {
            TrackInfo? track = title == "-" ? null : new TrackInfo(title);
            var station = new StationSnapshot(
                "jazz", StationState.Playing, null, track, new AudioFormat(48_000, 2), 16, TimeSpan.Zero, [], 0, []);
            now = StationNow.Of(station, listing, isLocked: false, hls: null, now);
        }

        Assert.Equal(before, now!.Before?.Title);
    }
}
