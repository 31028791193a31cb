using Linnet.Sources;

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
}
