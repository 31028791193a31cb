using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Codecs.Pcm;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Transports.Rtp;

namespace Linnet.Tests.Transports.Http.Pull;

/// <summary>A radio server's stream through numbering, buffer and drift correction to a device, in simulated time.</summary>
public class StreamReserveTests
{
    private const int Rate = 8000;
    private const int Period = 160;
    private const long PeriodTicks = 20_000_000;
    private static readonly RawPcmFormat Mono = new(SampleEncoding.F32LE, new AudioFormat(Rate, 1));

    private readonly SteppedTime _time = new();
    private readonly Receiver _receiver;
    private readonly UntimedStream _stream;
    private readonly float[] _pcm = new float[Period];
    private readonly long _start;
    private long _blocks;
    private long _nextPull;
    private long _silent;

    public StreamReserveTests()
    {
        var options = new ReceiverOptions();
        _start = _nextPull = _time.Now;
        _receiver = new Receiver(new RawPcmDecoder(Mono), UntimedStream.PayloadType, options, _time) { HasPositions = false };
        _receiver.SetOutput(Mono.Format);
        _stream = new UntimedStream(Mono, options.BaseDelay, _receiver, _time, new Random(1)) { Stock = options.MostDelay };
    }

    [Theory]
    [InlineData(150, 2000)]
    [InlineData(-150, 2000)]
    [InlineData(100, 0)]
    [InlineData(-100, 0)]
    public void A_server_that_sends_in_blocks_by_its_own_clock_is_followed_for_long(double ppm, int burstMs)
    {
        Run(TimeSpan.FromMinutes(4), burstMs, ppm);
        TimeSpan early = _receiver.GetStatistics().Buffer;

        Run(TimeSpan.FromMinutes(16), burstMs, ppm);

        ReceiverStatistics statistics = _receiver.GetStatistics();
        Assert.Equal((0, 0, 0), (statistics.Underruns, statistics.Jumps, statistics.Lost + statistics.Late));
        Assert.Equal(ppm, statistics.DriftPpm, 20.0);
        Assert.Equal(early.TotalMilliseconds, statistics.Buffer.TotalMilliseconds, 260.0);
        Assert.InRange(statistics.Buffer.TotalMilliseconds, burstMs, burstMs + 700);
    }

    [Fact]
    public void A_pause_shorter_than_the_reserve_is_inaudible_and_after_a_longer_one_it_is_refilled()
    {
        Run(TimeSpan.FromSeconds(20), burstMs: 2000);
        _silent = 0;
        Pause(TimeSpan.FromSeconds(1.5));
        Run(TimeSpan.FromSeconds(20), burstMs: 2000);
        Assert.Equal((0, 0), (_receiver.GetStatistics().Underruns, _silent));

        Pause(TimeSpan.FromSeconds(4));
        _blocks += 16;      // which are lost
        Run(TimeSpan.FromSeconds(20), burstMs: 2000);

        ReceiverStatistics statistics = _receiver.GetStatistics();
        Assert.Equal((1, 0), (statistics.Restarts, statistics.Lost));
        Assert.InRange(_silent / (double)Rate, 1, 3);
        Assert.InRange(statistics.Buffer.TotalMilliseconds, 200, 900);
    }

    // The server sends blocks of 250 ms by its clock, and the burst with the first.
    private void Run(TimeSpan time, int burstMs, double ppm = 0)
    {
        long end = _time.Now + (time.Ticks * 100);
        while (_time.Now < end)
        {
            long blockAt = _start + (long)(_blocks * 250e6 / (1 + (ppm / 1e6)));
            if (blockAt > _nextPull)
            {
                Pull();
                continue;
            }

            _time.Now = Math.Max(_time.Now, blockAt);
            float[] block = new float[(Rate / 4) + (_blocks == 0 ? burstMs * Rate / 1000 : 0)];
            Array.Fill(block, 0.5f);
            _stream.Add(MemoryMarshal.AsBytes(block.AsSpan()), _time.Now);
            _blocks++;
        }
    }

    // Nothing comes; the device goes on.
    private void Pause(TimeSpan time)
    {
        for (long end = _time.Now + (time.Ticks * 100); _time.Now < end;)
        {
            Pull();
        }
    }

    private void Pull()
    {
        _time.Now = Math.Max(_time.Now, _nextPull);
        Assert.Equal(Period, _receiver.Read(_pcm, _nextPull + PeriodTicks, _time.Now));
        _nextPull += PeriodTicks;
        _silent += _pcm.Count(static sample => sample == 0);
    }
}
