using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Tests.Sources;

public class StationNameTests
{
    [Theory]
    [InlineData("jazz", true)]
    [InlineData("a", true)]
    [InlineData("80s-pop", true)]
    [InlineData("-", true)]
    [InlineData("", false)]
    [InlineData("Jazz", false)]
    [InlineData("jazz\n", false)]
    [InlineData("jazz music", false)]
    [InlineData("jazz.mp3", false)]
    [InlineData("jäzz", false)]
    public void A_name_is_of_lower_case_letters_digits_and_hyphens(string name, bool isValid) =>
        Assert.Equal(isValid, StationName.IsValid(name));

    [Fact]
    public void A_name_has_at_most_64_characters()
    {
        Assert.True(StationName.IsValid(new string('a', 64)));
        Assert.False(StationName.IsValid(new string('a', 65)));
    }

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
