using Linnet.Sources.Ingest;

namespace Linnet.Tests.Sources.Ingest;

public class IngestClockTests
{
    [Theory]
    [InlineData(200e-6, 0)]
    [InlineData(-200e-6, 0)]
    [InlineData(0, 0)]
    [InlineData(200e-6, 1)]
    [InlineData(-200e-6, 1)]
    [InlineData(150e-6, 0.1)]
    public void The_clock_of_a_pusher_is_followed_for_hours(double drift, double burst)
    {
        using var station = new PushedStation();
        using IngestWriter writer = station.Begin();
        double Sent(double now) => burst > 0 ? Math.Floor(now * (1 + drift) / burst) * burst : now * (1 + drift);

        double least = double.MaxValue, most = 0;
        var rate = new RateOf(station);
        station.Run(1800, writer, Sent, rate.Look);
        station.Run(2 * 3600, writer, Sent, () =>
        {
            rate.Look();
            least = Math.Min(least, station.Fill);
            most = Math.Max(most, station.Fill);
        });

        Assert.Equal(0, station.Source.Underruns);
        Assert.True(station.Source.IsPrimaryHeard);
        Assert.InRange(least, 1.5 - (burst / 2) - 0.05, 1.5 + 0.05);
        Assert.InRange(most, 1.45, 1.5 + (burst / 2) + 0.05);
        Assert.Equal(0, rate.StepsBack);
        Assert.InRange(rate.WorstPace, 0, 700e-6);
        Assert.InRange(rate.WorstChange, 0, 25e-6);
        Assert.Equal(0, station.Engine.GetSnapshot().Reanchored);
    }

    [Fact]
    public void A_surplus_at_the_start_is_reduced_to_the_target_inaudibly()
    {
        using var station = new PushedStation();
        using IngestWriter writer = station.Begin();
        var rate = new RateOf(station);

        station.Run(5 * 3600, writer, now => now + 5, rate.Look);

        Assert.Equal(0, station.Source.Underruns);
        Assert.InRange(station.Fill, 1.4, 1.6);
        Assert.InRange(rate.WorstPace, 0, 700e-6);
    }

    [Fact]
    public void A_pusher_without_a_pace_waits_and_the_station_keeps_its_own()
    {
        using var station = new PushedStation();
        using IngestWriter writer = station.Begin();
        var rate = new RateOf(station);

        station.Run(3600, writer, _ => 1e6, rate.Look);

        Assert.Equal(0, station.Source.Underruns);
        Assert.InRange(station.Fill, 7.8, 8.2);
        Assert.InRange(rate.WorstPace, 0, 5e-6);
        Assert.InRange(station.Sent / 8000.0, 3600 + 7.5, 3600 + 9);
    }

    [Fact]
    public void After_the_pusher_leaves_the_timeline_continues_at_its_nominal_rate()
    {
        using var station = new PushedStation();
        IngestWriter writer = station.Begin();
        var rate = new RateOf(station);
        station.Run(1800, writer, now => now * 1.0002, rate.Look);
        writer.Dispose();
        station.Run(60, null, _ => 0, rate.Look);
        long from = station.Engine.Timeline.Epoch;

        station.Run(3600, null, _ => 0, rate.Look);

        Assert.False(station.Source.IsPrimaryHeard);
        Assert.Equal((0, 0), (station.Source.Underruns, rate.StepsBack));
        Assert.Equal(from, station.Engine.Timeline.Epoch);
        Assert.InRange(rate.WorstChange, 0, 25e-6);
    }

    [Fact]
    public void A_stalled_pusher_is_counted_and_plays_again_once_enough_is_buffered()
    {
        using var station = new PushedStation();
        using IngestWriter writer = station.Begin();
        station.Run(60, writer, now => now);
        station.Run(5, writer, _ => 60);
        Assert.Equal((false, 1), (station.Source.IsPrimaryHeard, station.Source.Underruns));

        station.Run(10, writer, now => now - 5);

        Assert.Equal((true, 1), (station.Source.IsPrimaryHeard, station.Source.Underruns));
    }

    /// <summary>Watches the mapping from position to time.</summary>
    private sealed class RateOf(PushedStation station)
    {
        private long _epoch = station.Engine.Timeline.Epoch;
        private double _from;
        private double? _pace;

        internal double WorstPace { get; private set; }

        /// <summary>From one second to the next.</summary>
        internal double WorstChange { get; private set; }

        internal int StepsBack { get; private set; }

        internal void Look()
        {
            double elapsed = station.Now - _from;
            if (elapsed < 1)
            {
                return;
            }

            double pace = (_epoch - station.Engine.Timeline.Epoch) / (double)station.Time.TimestampFrequency / elapsed;
            StepsBack += pace <= -1 ? 1 : 0;
            WorstPace = Math.Max(WorstPace, Math.Abs(pace));
            WorstChange = Math.Max(WorstChange, Math.Abs(pace - (_pace ?? pace)));
            (_epoch, _from, _pace) = (station.Engine.Timeline.Epoch, station.Now, pace);
        }
    }
}
