using Linnet.Transports.Rtp;

namespace Linnet.Tests.Transports.Rtp;

/// <summary>Times are in microseconds; a piece is a message of 1024 frames at 44.1 kHz.</summary>
public class StreamPaceTests
{
    private const int Rate = 44_100;
    private const int Frames = 1024;
    private const double PieceUs = Frames * 1e6 / Rate;
    private const long Start = 77_000_000;

    private readonly StreamPace _pace = new(Rate, ticksPerSecond: 1_000_000, tolerance: 60_000);
    private long _pieces;

    [Fact]
    public void Paced_audio_keeps_its_arrival_times()
    {
        for (int i = 0; i < 1000; i++)
        {
            long now = Start + (long)(i * PieceUs);
            Assert.Equal(now, Take(now, out bool startsAnew), 3.0);
            Assert.Equal(i == 0, startsAnew);
        }
    }

    [Fact]
    public void A_burst_at_the_start_is_spread_as_if_it_were_played()
    {
        for (int i = 0; i < 500; i++)
        {
            long now = Start + (long)(Math.Max(0, i - 4) * PieceUs);
            Assert.Equal(Start + (long)(i * PieceUs), Take(now, out _), 200.0);
        }
    }

    [Fact]
    public void Unpaced_audio_plays_at_our_clock_however_it_is_read()
    {
        var random = new Random(1);
        long now = Start;
        for (int i = 0; i < 150_000; i++)
        {
            // The buffer holds a second, and has room at intervals.
            long room = Start + (long)(i * PieceUs) - 1_000_000 + random.Next(20_000);
            if (room > now)
            {
                _pace.HoldBack();
                now = room;
            }

            Assert.Equal(Start + (i * PieceUs), Take(now, out bool startsAnew), 3.0);
            Assert.Equal(i == 0, startsAnew);
        }
    }

    [Theory]
    [InlineData(1800)]      // the tutorial's UDP server
    [InlineData(50)]
    [InlineData(-50)]
    [InlineData(-500)]
    public void A_senders_clock_is_followed_for_hours_without_a_break_or_growing_delay(double slowPpm)
    {
        var random = new Random(2);
        for (int i = 0; i < 300_000; i++)
        {
            long sent = Start + (long)(Math.Max(0, i - 4) * PieceUs * (1 + (slowPpm * 1e-6)));
            long now = sent + random.Next(8_000);
            long arrival = Take(now, out bool startsAnew);

            Assert.False(startsAnew && i > 0, $"broken at piece {i}");

            // At most the burst of four pieces and twice the network's delay.
            Assert.InRange(arrival - sent, 0, (4 * PieceUs) + 24_000);
        }
    }

    [Fact]
    public void A_slightly_late_piece_stays_late_and_a_later_one_restarts_the_timeline()
    {
        Take(Start, out _);
        long second = Start + (long)PieceUs + 59_000;
        Assert.Equal(second, Take(second, out bool startsAnew));
        Assert.False(startsAnew);

        long third = Start + (long)(2 * PieceUs) + 93_000;
        Assert.Equal(third, Take(third, out startsAnew));
        Assert.True(startsAnew);

        long fourth = third + (long)PieceUs;
        Assert.Equal(fourth, Take(fourth, out startsAnew), 3.0);
        Assert.False(startsAnew);
    }

    private long Take(long now, out bool startsAnew) => _pace.ArrivalOf(_pieces++ * Frames, now, out startsAnew);
}
