using BenchmarkDotNet.Attributes;
using Linnet.Wire.Rtp;

namespace Linnet.Bench;

/// <summary>The cost of writing and parsing one packet, without the socket: L16, 220 stereo frames.</summary>
[MemoryDiagnoser]
public class RtpBench
{
    private readonly byte[] _datagram = new byte[RtpHeader.Length + 880];
    private readonly byte[] _extended = new byte[RtpHeader.Length + 8 + 880 + 4];

    [GlobalSetup]
    public void Setup()
    {
        new RtpHeader(96, Marker: false, 1, 2, 3).Write(_datagram);
        new RtpHeader(96, Marker: false, 1, 2, 3).Write(_extended);

        // One word of header extension, and four bytes of padding.
        _extended[0] |= 0x30;
        _extended[15] = 1;
        _extended[^1] = 4;
    }

    [Benchmark]
    public int Parse() => RtpPacket.TryParse(_datagram, out RtpPacket packet) ? packet.Payload.Length + packet.Header.SequenceNumber : -1;

    [Benchmark]
    public int ParseWithExtensionAndPadding() =>
        RtpPacket.TryParse(_extended, out RtpPacket packet) ? packet.Payload.Length + packet.Header.SequenceNumber : -1;

    [Benchmark]
    public byte Write()
    {
        new RtpHeader(96, Marker: false, 1, 2, 3).Write(_datagram);
        return _datagram[1];
    }
}
