using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Tests.Broadcast;
using Linnet.Transports.Http.Radio;

namespace Linnet.Tests.Transports.Http.Radio;

public class RadioTargetTests
{
    private static readonly StationListing[] Stations =
        [Station("jazz", "mp3", "mp3-64"), Station("jazz-64", "mp3"), Station("late-night", "mp3")];

    private static readonly StationDirectory Directory = new(Stations);

    [Theory]
    [InlineData("/jazz.mp3", "jazz", "mp3")]
    [InlineData("/jazz-64.mp3", "jazz-64", "mp3")]
    [InlineData("/late-night.mp3", "late-night", "mp3")]
    public void A_path_leads_to_the_station_of_the_longest_name(string path, string station, string rendition)
    {
        RadioTarget target = RadioTarget.Find(path, Directory);

        Assert.Equal((RadioTargetKind.Sound, station, rendition), (target.Kind, target.Station?.Name, target.Rendition?.Info.Name));

        // In whatever order they stand.
        Assert.Equal(target, RadioTarget.Find(path, new StationDirectory([.. Stations.AsEnumerable().Reverse()])));
    }

    [Fact]
    public void A_path_of_thousands_of_dashes_costs_no_more_than_its_length()
    {
        string path = "/jazz" + new string('-', 8000) + ".mp3";

        Assert.Equal(RadioTargetKind.Missing, RadioTarget.Find(path, Directory).Kind);
        Assert.InRange(Allocations.Of(() => RadioTarget.Find(path, Directory)), 0, 10 * 50_000);
    }

    private static StationListing Station(string name, params string[] renditions) => new(
        name,
        [
            .. renditions.Select(static r => new BroadcastRing(
                Rings.Create().Info with { Name = r, StreamType = StreamType.Mp3 }, TimeSpan.FromSeconds(10), static (_, _) => null)),
        ]);
}
