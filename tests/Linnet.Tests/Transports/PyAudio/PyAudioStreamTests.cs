using Linnet.Audio;
using Linnet.Tests.Fakes;
using Linnet.Transports.PyAudio;
using Linnet.Transports.Rtp;
using Linnet.Wire.Rtp;

namespace Linnet.Tests.Transports.PyAudio;

public class PyAudioStreamTests
{
    private readonly SteppedTime _time = new();
    private readonly List<(RtpHeader Header, byte[] Sound, long At)> _packets = [];
    private readonly List<(ushort? Sequence, uint? Timestamp)> _starts = [];
    private int _malformed;

    [Theory]
    [InlineData("s16le:44100:2", 4096, 1)]      // one packet for each message of the tutorial
    [InlineData("s16le:44100:2", 40_960, 10)]   // and ten for each datagram
    [InlineData("u8:8000:1", 65_000, 325)]
    [InlineData("f32le:192000:8", 64_000, 2)]   // 25 ms would not fit in a packet
    public void Audio_is_cut_into_consecutive_numbered_packets(string text, int length, int packets)
    {
        Assert.True(RawPcmFormat.TryParse(text, out RawPcmFormat? format, out _));
        PyAudioStream stream = Create(format);
        byte[] sound = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];

        Assert.True(stream.Add(sound, _time.Now));

        Assert.Equal(packets, _packets.Count);
        Assert.Equal(sound, _packets.SelectMany(p => p.Sound));
        Assert.Equal([(_packets[0].Header.SequenceNumber, _packets[0].Header.Timestamp)], _starts);
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
        PyAudioStream stream = Create(PyAudioReceiverOptions.UsualFormat);

        Assert.False(stream.Add(new byte[length], _time.Now));

        Assert.Empty(_packets);
        Assert.Equal(1, _malformed);
        Assert.False(stream.HasBegun);
    }

    [Fact]
    public void A_new_stream_starts_after_a_gap_and_no_audio_is_made_up()
    {
        PyAudioStream stream = Create(PyAudioReceiverOptions.UsualFormat);
        stream.Add(new byte[4096], _time.Now);
        _time.Now += 23_219_954;
        stream.Add(new byte[4096], _time.Now);
        _time.Now += 200_000_000;
        stream.Add(new byte[4096], _time.Now);

        Assert.Equal(2, _starts.Count);
        Assert.Equal(_packets[0].Header.Ssrc, _packets[1].Header.Ssrc);
        Assert.NotEqual(_packets[1].Header.Ssrc, _packets[2].Header.Ssrc);
        Assert.Equal(3, _packets.Count);
    }

    private PyAudioStream Create(RawPcmFormat format)
    {
        var sink = new RtpSink
        {
            Start = (sequence, timestamp) => _starts.Add((sequence, timestamp)),
            Packet = (datagram, at) =>
            {
                Assert.True(RtpPacket.TryParse(datagram, out RtpPacket packet));
                _packets.Add((packet.Header, packet.Payload.ToArray(), at));
            },
            SenderReport = (_, _) => { },
            Goodbye = (_, _) => { },
            Report = _ => null,
            Refused = isForeign => _malformed += isForeign ? 0 : 1,
        };
        return new PyAudioStream(format, TimeSpan.FromMilliseconds(60), sink, _time, new Random(3));
    }
}
