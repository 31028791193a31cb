using Linnet.Audio;
using Linnet.Receive;
using Linnet.Tests.Fakes;
using Linnet.Transports.Impairments;

namespace Linnet.Tests.Receive;

/// <summary>A sender, a link and a receiver that writes to a file, in simulated time. One tick is a microsecond.</summary>
internal sealed class FileRun
{
    public const long Second = 1_000_000;
    public const long Millisecond = 1000;

    private readonly float[] _chunk;
    private readonly List<float> _file = [];
    private long _mediaStart;
    private long _mediaPosition;

    public FileRun(AudioFormat format, ImpairmentOptions? link = null, ReceiverOptions? options = null, bool hasPositions = true)
    {
        Format = format;
        Link = new LossyLink(link ?? new ImpairmentOptions(), Second);
        Receiver = new Receiver(new FakeL16Decoder(format), FakeRtpSender.PayloadType,
            options ?? new ReceiverOptions { Latency = TimeSpan.FromMilliseconds(60) }, new SettableTime(Second))
        {
            HasPositions = hasPositions,
        };
        _chunk = new float[format.Channels * 777];
        Now = _mediaStart = 5 * Second;
    }

    public AudioFormat Format { get; }

    public LossyLink Link { get; }

    public Receiver Receiver { get; }

    public long Now { get; private set; }

    /// <summary>The output, interleaved.</summary>
    public IReadOnlyList<float> File => _file;

    public long FramesOut => _file.Count / Format.Channels;

    public bool HasEnded { get; private set; }

    /// <summary>Sends packets, each when its last frame has been recorded, while time passes.</summary>
    public void Send(FakeRtpSender sender, int packets, Func<int> framesPerPacket)
    {
        for (int i = 0; i < packets; i++)
        {
            int frames = framesPerPacket();
            _mediaPosition += frames;
            AdvanceTo(_mediaStart + (_mediaPosition * Second / Format.SampleRate));
            Link.Send(sender.Next(frames), Now);
        }
    }

    public void Send(FakeRtpSender sender, int packets, int framesPerPacket) => Send(sender, packets, () => framesPerPacket);

    /// <summary>Pauses: nothing is sent, and the sender's media clock stands still.</summary>
    public void Pause(long ticks)
    {
        AdvanceTo(Now + ticks);
        _mediaStart += ticks;
    }

    /// <summary>
    /// Stalls the network while the sender continues. Then the given number of packets arrives at once, from the queues. The sender
    /// leaves out all others, including their numbers.
    /// </summary>
    public void Hold(FakeRtpSender sender, int packets, long ticks, int framesPerPacket)
    {
        long frames = ticks * Format.SampleRate / Second;
        AdvanceTo(Now + ticks);
        for (int i = 0; i < packets; i++)
        {
            Link.Send(sender.Next(framesPerPacket), Now);
        }

        for (long left = frames - ((long)packets * framesPerPacket); left > 0; left -= framesPerPacket)
        {
            sender.Next((int)Math.Min(left, framesPerPacket));
        }

        _mediaPosition += frames;
    }

    /// <summary>Sends packets recorded earlier, all at once.</summary>
    public void SendAtOnce(FakeRtpSender sender, int packets, int framesPerPacket)
    {
        for (int i = 0; i < packets; i++)
        {
            Link.Send(sender.Next(framesPerPacket), Now);
        }
    }

    /// <summary>Skips frames that the sender does not send.</summary>
    public void Skip(FakeRtpSender sender, int frames)
    {
        sender.Skip(frames);
        _mediaPosition += frames;
    }

    public void Finish(FakeRtpSender sender)
    {
        AdvanceTo(Now + (3 * Millisecond));
        Receiver.OnBye(sender.Ssrc, Now);
        for (int i = 0; i < 2000 && !(HasEnded && Link.IsEmpty); i++)
        {
            AdvanceTo(Now + Millisecond);
        }
    }

    /// <summary>
    /// Checks that the sender's audio was output from the first frame to the last, except the given number of concealed frames.
    /// </summary>
    public void AssertIsWhatWasSent(FakeRtpSender sender, long madeUp)
    {
        Assert.True(HasEnded);
        Assert.Equal(sender.Position, FramesOut);
        long concealed = 0;
        bool isMadeUp = false;
        for (int i = 0; i < _file.Count; i++)
        {
            float expected = FakeL16Decoder.Decode(sender.Sound(i / Format.Channels, i % Format.Channels));
            if (_file[i] == expected)
            {
                isMadeUp = false;
                continue;
            }

            // Concealed audio is one value, which may fade out.
            if (!isMadeUp && _file[i] is not (FakeL16Decoder.MadeUp or 0))
            {
                Assert.Fail($"Sample {i} is {_file[i]}, sent was {expected}.");
            }

            isMadeUp = true;
            concealed++;
        }

        // A sample concealed as silence may happen to be right.
        Assert.InRange(concealed, (madeUp * Format.Channels * 0.999) - 1, madeUp * Format.Channels);
    }

    public void AdvanceTo(long until)
    {
        while (Now < until)
        {
            Now = Math.Min(until, Now + Millisecond);
            while (Link.TryReceive(Now, out byte[] datagram, out long arrivedAt))
            {
                Receiver.OnRtp(datagram, arrivedAt);
            }

            TakeAll();
        }
    }

    private void TakeAll()
    {
        int frames;
        while ((frames = Receiver.Take(_chunk, Now)) > 0)
        {
            Assert.False(HasEnded);
            _file.AddRange(_chunk.AsSpan(0, frames * Format.Channels));
        }

        HasEnded |= frames == Linnet.Receive.Receiver.End;
    }
}
