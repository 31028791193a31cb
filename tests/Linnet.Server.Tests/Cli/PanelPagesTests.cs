using Linnet.Cli;
using Linnet.Cli.Commands;
using Linnet.Cli.Panels;
using Linnet.Playback;

namespace Linnet.Server.Tests.Cli;

/// <summary>Whole screens at various terminal sizes.</summary>
public class PanelPagesTests
{
    private const string Http = "http://192.168.1.5:8000/";
    private static readonly PlayerStatistics Player = PlayerPanelTests.Worst;
    private static readonly AddressPanel Addresses = new(ServerPanelTests.Addresses["rtsp"], [Http]);

    [Fact]
    public void The_addresses_include_the_one_for_pushes() => Assert.Contains(
        "Push to:  icecast://source:PASSWORD@192.168.1.5:8000/live",
        string.Join('\n', new AddressPanel([], [Http], [ListenAddresses.PushAddress(Http, "live")]).Render(80, 60)
            .Select(static l => l.Render(80, colours: false))),
        StringComparison.Ordinal);

    [Fact]
    public void A_player_at_80_by_24_loses_nothing() => Assert.Equal(
        """
         linnet playing  1:23  rtsp://studio:8554/jazz
         Bird – Ornithology (jazz)
         opus 48 kHz stereo over UDP → Built-in Audio
         L ████████████████████████████▊·······················│······· −12.0 dBFS
        """.Split('\n')[..3],
        Screen(PlayerPages(), 80, 24)[..3]);

    [Theory]
    [InlineData(80, 24)]
    [InlineData(40, 20)]
    [InlineData(200, 50)]
    public void Every_figure_is_whole_whatever_the_size(int width, int height)
    {
        string screen = string.Join(' ', Screen(PlayerPages(), width, height).Select(static line => line.Trim()));

        foreach (string figure in (string[])
            [
                "Bird – Ornithology", "delay 206 ms", "target 153 ms (balanced)", "latency 1391 ms", "buffer 1206 ms",
                "drift not known yet", "lost 123,456", "late 12,345",
                "concealed 98765 ms", "late by 1204 ms", "ran dry 2,345", "stretched 17,777", "repaired 41",
                "Requests lost packets: a round trip of 5 ms fits 9× into 60 ms; 4.0% lost.",
                "space mutes", "+ − volume 100%", "? explains", "q quits",
            ])
        {
            Assert.Contains(figure, screen, StringComparison.Ordinal);
        }

        Assert.DoesNotContain('…', screen);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(40, 20)]
    [InlineData(20, 10)]
    [InlineData(10, 3)]
    [InlineData(1, 1)]
    public void A_screen_is_never_larger_than_its_terminal(int width, int height)
    {
        foreach (char key in "x?a")
        {
            PanelPages pages = DemoPages();
            pages.TryTake(key);
            string[] screen = Screen(pages, width, height);

            Assert.InRange(screen.Length, 0, height - 1);
            Assert.All(screen, line => Assert.InRange(line.Length, 0, width - 1));
        }
    }

    [Fact]
    public void A_low_terminal_keeps_what_it_plays_and_its_keys_and_loses_the_meters_before_the_figures()
    {
        string[] screen = Screen(PlayerPages(), 80, 9);

        Assert.Equal(" linnet playing  1:23  rtsp://studio:8554/jazz", screen[0]);
        Assert.Equal(" space mutes  + − volume 100%  ? explains  q quits", screen[^1]);
        Assert.Contains(screen, static line => line.Contains("drift", StringComparison.Ordinal));
        Assert.Contains(screen, static line => line.Contains("stretched", StringComparison.Ordinal));
        Assert.DoesNotContain(screen, static line => line.Contains("dBFS", StringComparison.Ordinal));
    }

    [Fact]
    public void A_demonstration_on_a_phone_keeps_the_players_figures_before_the_servers()
    {
        string[] screen = Screen(DemoPages(), 40, 20);

        Assert.Contains(screen, static line => line.Contains("stretched", StringComparison.Ordinal));
        Assert.Equal(" q quits", screen[^1][^8..]);
        Assert.DoesNotContain(screen, static line => line.Contains("skipped", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(40, 20)]
    public void A_question_mark_explains_every_figure_page_by_page_and_leads_back(int width, int height)
    {
        PanelPages pages = DemoPages();
        string[] before = Screen(pages, width, height);
        var explained = new List<string>();
        do
        {
            Assert.True(pages.TryTake('?'));
            string[] page = Screen(pages, width, height);
            Assert.Matches("^ \\? (shows more|goes back)$", page[^1]);
            explained.AddRange(page);
        }
        while (!explained[^1].Contains("goes back", StringComparison.Ordinal) && explained.Count < 1000);

        pages.TryTake('?');
        Assert.Equal(before, Screen(pages, width, height));
        Assert.All(explained, line => Assert.InRange(line.Length, 0, width - 1));
        foreach (Figure figure in (IEnumerable<Figure>)[.. PlayerFigures.All, .. ServerFigures.With([StatsJsonTests.Pigeon])])
        {
            Assert.Contains(explained, line => line.StartsWith($" {figure.Name}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_explanation_begins_in_one_column()
    {
        PanelPages pages = DemoPages();
        pages.TryTake('?');
        IEnumerable<string> names = [.. PlayerFigures.All.Concat(ServerFigures.All).Select(static f => f.Name)];

        Assert.All(Screen(pages, 200, 100), line => Assert.True(
            line.StartsWith(" ?", StringComparison.Ordinal) || line[..20].EndsWith(' '), line));
        Assert.All(names, static name => Assert.InRange(name.Length, 1, 17));
    }

    [Fact]
    public void All_figures_are_explained()
    {
        Assert.Equal(FiguresOf(typeof(PlayerFigures)), PlayerFigures.All.Select(static f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal(FiguresOf(typeof(ServerFigures)), ServerFigures.All.Select(static f => f.Name).Order(StringComparer.Ordinal));

        static IEnumerable<string> FiguresOf(Type type) =>
            type.GetFields().Where(static f => f.FieldType == typeof(Figure)).Select(static f => ((Figure)f.GetValue(null)!).Name)
                .Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(40, 20)]
    public void The_key_a_shows_the_browsers_address_and_its_code_and_leads_back(int width, int height)
    {
        PanelPages pages = DemoPages();
        string[] before = Screen(pages, width, height);

        Assert.True(pages.TryTake('a'));
        string[] screen = Screen(pages, width, height);

        Assert.EndsWith(Http, screen[0], StringComparison.Ordinal);
        Assert.Equal(QrCode.Lines(Http), screen[1..(QrCode.Lines(Http).Count + 1)]);
        Assert.Equal(" a goes back", screen[^1]);
        pages.TryTake('a');
        Assert.Equal(before, Screen(pages, width, height));
    }

    [Fact]
    public void A_terminal_too_small_for_the_code_shows_the_addresses_and_the_reason()
    {
        PanelPages pages = DemoPages();
        pages.TryTake('a');

        string[] screen = Screen(pages, 30, 20);

        Assert.Equal(" http://192.168.1.5:8000/", screen[0]);
        Assert.Contains(
            "needs a terminal of 34 × 20.", string.Join(' ', screen.Select(static line => line.Trim())), StringComparison.Ordinal);
    }

    [Fact]
    public void Escape_leads_back_and_other_keys_do_not()
    {
        PanelPages pages = DemoPages();
        string[] before = Screen(pages, 80, 24);

        Assert.False(pages.TryTake('\e'));
        pages.TryTake('?');
        Assert.True(pages.TryTake('\e'));
        Assert.Equal(before, Screen(pages, 80, 24));
        Assert.False(pages.TryTake(' '));
        Assert.False(PlayerPages().TryTake('a'));
    }

    [Theory]
    [InlineData(0, 0, 80, 24)]
    [InlineData(0, 24, 80, 24)]
    [InlineData(-1, -1, 80, 24)]
    [InlineData(40, 20, 40, 20)]
    public void A_terminal_of_unknown_size_gets_the_default_size(int saidWidth, int saidHeight, int width, int height) =>
        Assert.Equal((width, height), TerminalSize.OrUsual(saidWidth, saidHeight));

    private static PanelPages PlayerPages() =>
        new(static width => [.. PlayerLines(width).Panel, .. PlayerLines(width).Keys], PlayerFigures.All);

    private static PanelPages DemoPages() => new(
        static width => DemoSession.Render(
            PlayerLines(width, hasAddresses: true), ServerPanelTests.Render(ServerPanelTests.With(StatsJsonTests.Pigeon), width)),
        [.. PlayerFigures.All, .. ServerFigures.With([StatsJsonTests.Pigeon])],
        Addresses.Render);

    private static (IEnumerable<PanelLine> Panel, IEnumerable<PanelLine> Keys) PlayerLines(int width, bool hasAddresses = false) =>
        (PlayerPanel.Render(Player, PlayerPanelTests.Meters, width), PlayerPanel.Keys(Player, width, hasAddresses));

    private static string[] Screen(PanelPages pages, int width, int height) =>
        [.. pages.Render(width - 1, height - 1).Select(line => line.Render(width - 1, colours: false))];
}
