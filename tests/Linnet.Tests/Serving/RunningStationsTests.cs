using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Serving;
using Linnet.Sources;
using Linnet.Sources.Ingest;
using Linnet.Stations;
using Linnet.Tests.Fakes;
using Linnet.Wire.Icy;

namespace Linnet.Tests.Serving;

public sealed class RunningStationsTests : IAsyncDisposable
{
    private static readonly AudioFormat Format = new(8000, 1);

    private readonly CancellationTokenSource _ending = new();
    private readonly RecordingLogger _log = new();
    private RunningStations? _stations;
    private Task _running = Task.CompletedTask;

    private static CancellationToken HangLimit => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sender_of_a_removed_station_does_not_describe_the_next_station_of_its_name()
    {
        RunningStations stations = Run();
        IngestStation first = Ingest("live");
        stations.Add(first);
        Assert.True(first.Ingest.TryBegin("a test", takesOver: false, out IngestWriter? writer));
        writer.Description = new IceDescription("the first", null, null, null, null, 0, 0, 0);
        Assert.True(await stations.RemoveAsync("live"));
        stations.Add(Ingest("live"));

        writer.OnFormat(new StreamFormat(Format, 16, StreamCodec.Pcm, 0, []));

        Assert.Null(Assert.Single(stations.Directory.Stations).Description);
    }

    [Fact]
    public async Task A_sender_whose_format_comes_after_the_removal_creates_no_station()
    {
        RunningStations stations = Run();
        var ingest = new IngestStation(new StationOptions { Name = "live" });
        stations.Add(ingest);
        Assert.True(ingest.Ingest.TryBegin("a test", takesOver: false, out IngestWriter? writer));
        Assert.True(await stations.RemoveAsync("live"));

        writer.OnFormat(new StreamFormat(Format, 16, StreamCodec.Pcm, 0, []));

        Assert.Empty(stations.Directory.Stations);
        Assert.Empty(stations.Stations);
    }

    [Fact]
    public async Task A_removed_station_takes_no_further_sender_and_keeps_none_waiting()
    {
        RunningStations stations = Run();
        IngestStation ingest = Ingest("live");
        stations.Add(ingest);
        IngestBuffer found = Assert.Single(stations.Pushable);
        Assert.True(found.TryBegin("a test", takesOver: false, out IngestWriter? connected));

        Assert.True(await stations.RemoveAsync("live"));

        Assert.False(connected.IsCurrent);
        Assert.False(found.TryBegin("late", takesOver: true, out _));
        Assert.Null(found.Writer);
    }

    [Fact]
    public async Task Stations_that_are_removed_while_they_are_added_leave_nothing_behind()
    {
        const int Rounds = 100;
        RunningStations stations = Run();
        Task adding = Task.Run(
            () =>
            {
                for (int i = 0; i < Rounds; i++)
                {
                    var ingest = new IngestStation(new StationOptions { Name = $"live{i}" }, Format)
                    {
                        Pull = static (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token),
                    };
                    stations.Add(ingest);
                }
            },
            HangLimit);
        for (int i = 0; i < Rounds; i++)
        {
            while (!await stations.RemoveAsync($"live{i}"))
            {
                Assert.False(adding.IsFaulted, adding.Exception?.ToString());
                await Task.Yield();
            }
        }

        await adding;
        Assert.Empty(stations.Directory.Stations);
        Assert.Empty(stations.Directory.Awaited);
        await _ending.CancelAsync();
        await _running;
    }

    [Fact]
    public async Task Removing_the_last_station_does_not_end_a_server_that_ends_with_its_stations()
    {
        RunningStations stations = Run(endsByItself: true);
        stations.Add(new Station(new StationOptions { Name = "only" }, new ToneSource(440)));

        Assert.True(await stations.RemoveAsync("only"));

        // What ends by itself completes on another thread: the next station is added and ends.
        var next = new Station(
            new StationOptions { Name = "next", StartAtOnce = true }, new RampSource(new AudioFormat(8000, 1), 800));
        Assert.False(_running.IsCompleted);
        stations.Add(next);
        await _running.WaitAsync(HangLimit);
        Assert.Equal(StationState.Ended, next.GetSnapshot().State);
    }

    [Fact]
    public async Task Removing_the_last_station_that_plays_ends_it_when_the_others_have_ended()
    {
        RunningStations stations = Run(endsByItself: true);
        var ended = new Station(new StationOptions { Name = "short", StartAtOnce = true }, new RampSource(new AudioFormat(8000, 1), 800));
        stations.Add(new Station(new StationOptions { Name = "long" }, new ToneSource(440)));
        stations.Add(ended);
        while (ended.GetSnapshot().State != StationState.Ended)
        {
            await Task.Yield();
        }

        Assert.True(await stations.RemoveAsync("long"));

        await _running.WaitAsync(HangLimit);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running;
        await (_stations?.DisposeAsync() ?? ValueTask.CompletedTask);
        _ending.Dispose();
    }

    private static IngestStation Ingest(string name) => new(new StationOptions { Name = name }, Format);

    private RunningStations Run(bool endsByItself = false)
    {
        _stations = new RunningStations(endsByItself, TimeProvider.System, _log);
        _running = _stations.RunAsync(_ending.Token);
        return _stations;
    }
}
