using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Tests.Sources;

public class StationNameTests
{
    [Theory]
    [InlineData("metrics")]
    [InlineData("events")]
    public void A_station_does_not_hide_a_page_of_the_server(string name)
    {
        using var source = new ToneSource(440);

        ArgumentException problem = Assert.ThrowsAny<ArgumentException>(() => new Station(new StationOptions { Name = name }, source));
        Assert.Contains(
            $"A station cannot be named '{name}': the server's {name} are at /{name}.", problem.Message, StringComparison.Ordinal);
    }
}
