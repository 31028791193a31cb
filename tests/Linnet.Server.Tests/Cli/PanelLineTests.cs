using Linnet.Cli.Panels;

namespace Linnet.Server.Tests.Cli;

public class PanelLineTests
{
    [Theory]
    [InlineData("linnet", 10, "linnet")]
    [InlineData("linnet", 6, "linnet")]
    [InlineData("linnet", 5, "linn…")]
    [InlineData("linnet", 1, "…")]
    [InlineData("linnet", 0, "")]
    [InlineData("日本語", 6, "日本語")]
    [InlineData("日本語", 5, "日本…")]
    [InlineData("日本語", 4, "日…")]
    public void A_line_is_cut_to_the_terminals_width(string text, int width, string shown) =>
        Assert.Equal(shown, new PanelLine().Add(text).Render(width, colours: false));

    [Fact]
    public void A_cut_can_fall_into_any_piece() =>
        Assert.Equal("ab cd…", new PanelLine().Add("ab ").Add("cdef").Add("gh").Render(6, colours: false));

    [Fact]
    public void Pieces_that_fill_the_width_exactly_lose_nothing() =>
        Assert.Equal("abcdef", new PanelLine().Add("ab").Add("cd").Add("ef").Render(6, colours: false));

    [Fact]
    public void A_title_cannot_send_control_characters_to_the_terminal() =>
        Assert.DoesNotContain('\e', new PanelLine().Add("nice\e]0;owned\a\e[2J\u009b2J").Render(80, colours: false));

    [Fact]
    public void Colours_end_where_their_piece_ends() =>
        Assert.Equal("\e[32mok\e[0m then", new PanelLine().Add("ok", Tone.Good).Add(" then").Render(80, colours: true));
}
