using Linnet.Audio;
using Linnet.Tests.Fakes;
using Linnet.Transports.PyAudio;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Transports.Rtp;

public class UntimedStreamTests
{
    private readonly SteppedTime _time = new();
    private readonly List<(RtpHeader Header, byte[] Sound, long At)> _packets = [];
    private readonly RecordingSink _sink;

    public UntimedStreamTests() => _sink = new RecordingSink
    {
        Packet = (datagram, at) =>
        {
            Assert.True(RtpPacket.TryParse(datagram, out RtpPacket packet));
            _packets.Add((packet.Header, packet.Payload.ToArray(), at));
        },
    };

    [Theory]
    [InlineData("s16le:44100:2", 4096, 1)]      // one packet for each message of the tutorial
    [InlineData("s16le:44100:2", 40_960, 10)]   // and ten for each datagram
    [InlineData("u8:8000:1", 65_000, 325)]
    [InlineData("f32le:192000:8", 64_000, 2)]   // 25 ms would not fit in a packet
    public void Audio_is_cut_into_consecutive_numbered_packets(string text, int length, int packets)
    {
        Assert.True(RawPcmFormat.TryParse(text, out RawPcmFormat? format, out _));
        UntimedStream stream = Create(format);
        byte[] sound = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];

        Assert.True(stream.Add(sound, _time.Now));

        Assert.Equal(packets, _packets.Count);
        Assert.Equal(sound, _packets.SelectMany(p => p.Sound));
        Assert.Equal([(_packets[0].Header.SequenceNumber, _packets[0].Header.Timestamp)], _sink.Starts);
        int frames = 0;
        for (int i = 0; i < packets; i++)
        {
            RtpHeader header = _packets[i].Header;
            Assert.Equal((ushort)(_packets[0].Header.SequenceNumber + i), header.SequenceNumber);
            Assert.Equal(_packets[0].Header.Timestamp + (uint)frames, header.Timestamp);
            Assert.Equal(_time.Now + (frames * 1e9 / format.Format.SampleRate), _packets[i].At, 2.0);
            frames += _packets[i].Sound.Length / format.BytesPerFrame;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(40_961)]
    public void Bytes_that_are_not_a_whole_number_of_frames_are_counted_and_dropped(int length)
    {
        UntimedStream stream = Create(PyAudioReceiverOptions.UsualFormat);

        Assert.False(stream.Add(new byte[length], _time.Now));

        Assert.Empty(_packets);
        Assert.Equal(1, _sink.Refused[false]);
        Assert.False(stream.HasBegun);
    }

    [Fact]
    public void A_new_stream_starts_after_a_gap_and_no_audio_is_made_up()
    {
        UntimedStream stream = Create(PyAudioReceiverOptions.UsualFormat);
        stream.Add(new byte[4096], _time.Now);
        _time.Now += 23_219_954;
        stream.Add(new byte[4096], _time.Now);
        _time.Now += 200_000_000;
        stream.Add(new byte[4096], _time.Now);

        Assert.Equal(2, _sink.Starts.Count);
        Assert.Equal(_packets[0].Header.Ssrc, _packets[1].Header.Ssrc);
        Assert.NotEqual(_packets[1].Header.Ssrc, _packets[2].Header.Ssrc);
        Assert.Equal(3, _packets.Count);
    }

    [Fact]
    public void Audio_is_held_until_the_stock_is_complete_and_then_delivered_as_if_it_had_arrived_in_real_time()
    {
        UntimedStream stream = Create(Mono, TimeSpan.FromMilliseconds(300));

        stream.Add(new byte[8000 * 2 / 4], _time.Now);

        Assert.True(stream.HasBegun);
        Assert.Empty(_sink.Starts);
        _time.Now += 100_000_000;
        stream.Add(new byte[8000 * 2], _time.Now);
        Assert.Single(_sink.Starts);
        Assert.Equal(1250, _packets.Sum(p => p.Sound.Length) / 16);
        Assert.Equal(_time.Now, _packets[0].At);
        Assert.Equal(_time.Now + 1_225_000_000, _packets[^1].At);
    }

    [Theory]
    [InlineData(1250, 1)]       // the second that came at once bridges a pause as long
    [InlineData(1350, 2)]       // and a longer one uses it up
    public void A_stock_that_is_used_up_is_filled_again_before_the_sound_goes_on(int pauseMs, int streams)
    {
        UntimedStream stream = Create(Mono, TimeSpan.FromMilliseconds(300));
        stream.Add(new byte[8000 * 2 * 5 / 4], _time.Now);
        int before = _packets.Count;
        _time.Now += pauseMs * 1_000_000L;

        stream.Add(new byte[8000 * 2 / 10], _time.Now);
        stream.Add(new byte[8000 * 2 / 10], _time.Now);

        Assert.Equal(streams == 1 ? 8 : 0, _packets.Count - before);
        stream.Add(new byte[8000 * 2 / 10], _time.Now);
        Assert.Equal(12, _packets.Count - before);
        Assert.Equal(streams, _sink.Starts.Count);
    }

    [Fact]
    public void Audio_shorter_than_the_stock_is_delivered_at_the_end()
    {
        UntimedStream stream = Create(Mono, TimeSpan.FromMilliseconds(300));
        stream.Add(new byte[1600], _time.Now);
        Assert.Empty(_packets);

        stream.Complete();
        stream.Complete();

        Assert.Equal(1600, _packets.Sum(p => p.Sound.Length));
    }

    [Theory]
    [InlineData(0, 2, true)]
    [InlineData(1500, 2, true)]
    [InlineData(4000, 2, false)]        // more than the backlog of such a server
    [InlineData(4000, 12, true)]
    [InlineData(13_000, 12, false)]
    public void A_sender_in_real_time_is_known_after_two_seconds_whatever_its_backlog(int burstMs, int mostLead, bool isPaced)
    {
        UntimedStream stream = Create(Mono, mostLead: mostLead);
        stream.Add(new byte[burstMs * 16], _time.Now);
        Assert.False(stream.IsPaced);

        SendInRealTime(stream, seconds: 3);

        Assert.Equal(isPaced, stream.IsPaced);
    }

    [Fact]
    public void A_sender_whose_clock_is_fast_still_sends_in_real_time_after_a_long_time()
    {
        UntimedStream stream = Create(Mono);
        stream.Add(new byte[1000 * 16], _time.Now);

        for (int minute = 0; minute < 25; minute++)
        {
            _time.Now += 60_000_000_000;
            stream.Add(new byte[2 * (int)(8000 * 60 * 1.0009)], _time.Now);
        }

        Assert.True(stream.IsPaced);
    }

    [Theory]
    [InlineData(0, 0, false)]           // the room is used up at once: a file
    [InlineData(0, 4000, false)]
    [InlineData(5, 4000, true)]         // the device pauses in the middle of a radio
    public async Task A_sender_that_is_held_back_is_in_real_time_if_it_is_no_further_ahead_than_before(
        int seconds, int burstMs, bool isPaced)
    {
        int refusals = 0;
        var sink = new RecordingSink(() => refusals == 0 || refusals-- == 0);
        UntimedStream stream = Create(Mono, mostLead: 12, sink: sink);
        stream.Add(new byte[burstMs * 16], _time.Now);
        SendInRealTime(stream, seconds);

        refusals = 2;
        await stream.AddWithRoomAsync(new byte[1600], TestContext.Current.CancellationToken);
        SendInRealTime(stream, seconds: 10);

        Assert.Equal(isPaced, stream.IsPaced);
    }

    [Fact]
    public async Task A_sender_that_gets_ahead_slowly_until_it_is_held_back_is_not_in_real_time()
    {
        int refusals = 0;
        UntimedStream stream = Create(Mono, mostLead: 12, sink: new RecordingSink(() => refusals == 0 || refusals-- == 0));
        SendInRealTime(stream, seconds: 10, speed: 1.5);

        refusals = 2;
        await stream.AddWithRoomAsync(new byte[1600], TestContext.Current.CancellationToken);

        Assert.False(stream.IsPaced);
    }

    private void SendInRealTime(UntimedStream stream, int seconds, double speed = 1)
    {
        for (int i = 0; i < seconds * 10; i++)
        {
            _time.Now += 100_000_000;
            stream.Add(new byte[(int)(1600 * speed)], _time.Now);
        }
    }

    private static RawPcmFormat Mono => new(SampleEncoding.S16LE, new AudioFormat(8000, 1));

    private UntimedStream Create(RawPcmFormat format, TimeSpan stock = default, int mostLead = 2, RecordingSink? sink = null) =>
        new(format, TimeSpan.FromMilliseconds(60), sink ?? _sink, _time, new Random(3))
        {
            Stock = stock,
            MostLead = TimeSpan.FromSeconds(mostLead),
        };
}
