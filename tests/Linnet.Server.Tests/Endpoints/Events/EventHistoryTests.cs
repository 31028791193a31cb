using System.Text;
using Linnet.Server.Endpoints.Events;

namespace Linnet.Server.Tests.Endpoints.Events;

public class EventHistoryTests
{
    [Fact]
    public void Nothing_is_told_while_nothing_changes()
    {
        var history = new EventHistory("run");

        Assert.True(history.Update(With(0)));
        Assert.False(history.Update(With(0)));
        Assert.Empty(history.After(history.Number));
    }

    [Fact]
    public void An_event_is_encoded_once_for_all_readers()
    {
        var history = new EventHistory("run");
        history.Update(With(0));
        history.Update(With(1));

        Assert.Same(Assert.Single(history.After(1)), Assert.Single(history.After(1)));
        Assert.Same(Assert.Single(history.After(null)), Assert.Single(history.After(null)));
    }

    [Fact]
    public void Servers_that_come_and_go_are_told()
    {
        var history = new EventHistory("run");
        history.Update(With(0));
        Assert.DoesNotContain("servers", Text(history.After(null)), StringComparison.Ordinal);

        Assert.True(history.Update(With(0) with { Servers = 3 }));
        Assert.Contains("\"servers\":3,\"stations\":[{", Text(history.After(null)), StringComparison.Ordinal);
        Assert.EndsWith("{\"servers\":3,\"stations\":[]}\n\n", Text(history.After(1)), StringComparison.Ordinal);

        history.Update(With(0));
        Assert.EndsWith("{\"servers\":1,\"stations\":[]}\n\n", Text(history.After(2)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_that_missed_more_than_is_kept_gets_all_stations()
    {
        var history = new EventHistory("run");
        for (int i = 0; i <= EventHistory.MostChanges + 1; i++)
        {
            history.Update(With(i));
        }

        Assert.Equal(EventHistory.MostChanges, history.After(2).Count);
        Assert.Equal("id: run-66\nevent: change\ndata: {\"stations\":[{\"name\":\"jazz\",\"listeners\":65}]}\n\n", Text(history.After(65)));
        Assert.StartsWith("id: run-66\nevent: stations\n", Text(history.After(1)), StringComparison.Ordinal);
        Assert.StartsWith("id: run-66\nevent: stations\n", Text(history.After(67)), StringComparison.Ordinal);
    }

    [Fact]
    public void Large_changes_are_kept_up_to_a_number_of_bytes()
    {
        var history = new EventHistory("run");
        for (int i = 0; i < 20; i++)
        {
            string text = new((char)('a' + i), 50_000);
            history.Update(new ServerNow(null, null, [new StationNow("jazz", "playing") { Description = text }]));
        }

        Assert.InRange(Text(history.After(16)).Length, 200_000, EventHistory.MostBytes);
        Assert.StartsWith("id: run-20\nevent: stations\n", Text(history.After(10)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run-7", 7L)]
    [InlineData("other-7", null)]
    [InlineData("run-", null)]
    [InlineData("run--7", null)]
    [InlineData("run-99999999999999999999", null)]
    [InlineData(null, null)]
    public void An_id_names_a_change_of_this_run_only(string? id, long? number) =>
        Assert.Equal(number, new EventHistory("run").NumberOf(id));

    [Fact]
    public void A_title_cannot_end_the_line_that_it_is_in()
    {
        var history = new EventHistory("run");
        history.Update(new ServerNow(null, null, [new StationNow("jazz", "playing") { Title = "a\n\ndata: <script>" }]));

        string text = Text(history.After(null));

        Assert.Equal(4, text.Split('\n')[..^1].Length);
        Assert.DoesNotContain("<", text, StringComparison.Ordinal);
    }

    private static string Text(IReadOnlyList<byte[]> events) => string.Concat(events.Select(Encoding.UTF8.GetString));

    private static ServerNow With(int listeners) => new(8554, null, [new StationNow("jazz", "playing") { Listeners = listeners }]);
}
