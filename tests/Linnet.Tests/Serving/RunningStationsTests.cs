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
        writer.Description = new IceDescription("the first", null, null, null, null, 0, 0);
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
    public async Task A_station_that_is_removed_while_it_is_created_is_gone_and_the_server_stops_without_an_error()
    {
        RunningStations? stations = null;
        Task<bool>? removing = null;
        var time = new ToldTime(() => removing ??= stations!.RemoveAsync("live").AsTask());
        stations = Run(time: time);

        stations.Add(Ingest("live"));

        Assert.True(await removing!);
        Assert.Empty(stations.Directory.Stations);
        Assert.Empty(stations.Stations);
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

    private RunningStations Run(bool endsByItself = false, TimeProvider? time = null)
    {
        _stations = new RunningStations(endsByItself, time ?? TimeProvider.System, _log);
        _running = _stations.RunAsync(_ending.Token);
        return _stations;
    }

    /// <summary>Tells when it is asked for the time: a station asks while it is created.</summary>
    private sealed class ToldTime(Action told) : TimeProvider
    {
        public override long GetTimestamp()
        {
            told();
            return base.GetTimestamp();
        }
    }
}
