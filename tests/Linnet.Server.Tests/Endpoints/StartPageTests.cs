using Linnet.Server.Endpoints;

namespace Linnet.Server.Tests.Endpoints;

public class StartPageTests
{
    [Fact]
    public void A_station_that_waits_for_its_first_audio_is_on_the_page()
    {
        string page = StartPage.Render(new SiteView("studio:8000", "studio", "http", "", "studio:8554", [], ["live"]));

        Assert.Contains("<h2>live</h2>\n<p class=\"quiet\">waits for its first audio</p>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("No stations yet", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_without_stations_says_so() => Assert.Contains(
        "<p>No stations yet.</p>",
        StartPage.Render(new SiteView("studio:8000", "studio", "http", "", null, [], [])),
        StringComparison.Ordinal);
}
