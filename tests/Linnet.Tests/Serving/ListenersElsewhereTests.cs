using Linnet.Broadcast;
using Linnet.Broadcast.Streams;
using Linnet.Codecs;
using Linnet.Serving;
using Linnet.Stations;

namespace Linnet.Tests.Serving;

/// <summary>Servers that have the same stations show the listeners of all.</summary>
public sealed class ListenersElsewhereTests : IDisposable
{
    private readonly BroadcastRing _opus = Ring("opus");
    private readonly BroadcastRing _mp3 = Ring("mp3");
    private readonly StationDirectory _directory;
    private readonly RingLease _lease;

    public ListenersElsewhereTests()
    {
        _directory = new StationDirectory([new StationListing("jazz", [_opus, _mp3])]);
        Assert.True(_opus.TryOpen(default, out RingLease? lease, out _));
        _lease = lease;
    }

    public void Dispose() => _lease.Dispose();

    [Fact]
    public void A_station_has_the_listeners_of_all_servers_that_have_it()
    {
        _directory.Others =
        [
            Node("radio2", "jazz", ("opus", 4), ("mp3", 2)),
            Node("radio3", "jazz", ("opus", 30)),
            Node("radio4", "news", ("opus", 500)),
        ];

        StationSnapshot jazz = Look();

        Assert.Equal((37, 36), (jazz.Listeners, jazz.ListenersElsewhere));
        Assert.Equal(
            [("opus", 1, 34, 35), ("mp3", 0, 2, 2)],
            jazz.Renditions.Select(static r => (r.Name, r.ListenersHere, r.ListenersElsewhere, r.Listeners)));
    }

    [Fact]
    public void A_rendition_that_only_another_server_has_counts_for_its_station()
    {
        _directory.Others = [Node("radio2", "jazz", ("opus", 4), ("flac", 3))];

        StationSnapshot jazz = Look();

        Assert.Equal((8, 7), (jazz.Listeners, jazz.ListenersElsewhere));
        Assert.Equal([5, 0], jazz.Renditions.Select(static r => r.Listeners));
    }

    [Fact]
    public void A_server_that_has_gone_takes_its_listeners_with_it()
    {
        _directory.Others = [Node("radio2", "jazz", ("opus", 4))];
        Assert.Equal(5, Look().Listeners);

        _directory.Others = [];

        Assert.Equal((1, 0), (Look().Listeners, Look().ListenersElsewhere));
    }

    [Fact]
    public void Stations_that_only_other_servers_have_are_not_shown()
    {
        _directory.Others = [Node("radio2", "news", ("opus", 4))];

        Assert.Equal(("jazz", 1), (Look().Name, Look().Listeners));
    }

    [Fact]
    public void No_figure_that_another_server_says_is_too_much()
    {
        _directory.Others =
        [
            Node("radio2", "jazz", ("opus", int.MaxValue), ("mp3", int.MaxValue)),
            Node("radio3", "jazz", ("opus", int.MaxValue), ("mp3", -5)),
        ];

        StationSnapshot jazz = Look();
        var server = new ServerStatistics { Stations = [jazz, jazz], Sending = null!, Streams = null! };

        Assert.Equal((int.MaxValue, int.MaxValue), (jazz.Listeners, jazz.ListenersElsewhere));
        Assert.All(jazz.Renditions, static r => Assert.Equal(int.MaxValue, r.Listeners));
        Assert.Equal((int.MaxValue, int.MaxValue), (server.Listeners, server.ListenersElsewhere));
    }

    private StationSnapshot Look() => Assert.Single(StationLook.AtAll(_directory, [], 0));

    private static BroadcastRing Ring(string name) => new(
        new RenditionInfo("jazz", name, new PayloadFormat("L16", 8000, 1), 160, 128_000, RtpStreamIdentity.Random())
        {
            StreamType = StreamType.Wav,
        },
        TimeSpan.FromSeconds(10), static (_, _) => null);

    private static OtherNode Node(string name, string station, params (string Rendition, int Count)[] listeners) =>
        new(name, new NodeLoad(listeners.Length, 0))
        {
            Stations = new Dictionary<string, IReadOnlyDictionary<string, int>>
            {
                [station] = listeners.ToDictionary(static l => l.Rendition, static l => l.Count),
            },
        };
}
