using System.Security.Cryptography;
using Linnet.Broadcast;
using Linnet.Broadcast.Packets;
using Linnet.Clock;
using Linnet.Wire.Rtcp;

namespace Linnet.Transports.Rtp;

/// <summary>Writes a server's RTCP: sender reports, which map the wall clock to RTP timestamps, and goodbyes.</summary>
/// <param name="time">Provides the wall clock.</param>
internal sealed class RtcpWriter(TimeProvider time)
{
    // A report, a description with a title, a round-trip answer and a goodbye take 28 + 32 + 257 + 20 + 28 bytes, plus the prefix.
    private const int MaxLength = 512;

    // RFC 7022 §4.2: 96 random bits. All streams of this server share a clock, so they share the name.
    private readonly string _canonicalName = Convert.ToBase64String(RandomNumberGenerator.GetBytes(12));

    /// <summary>Writes a compound of a sender report, CNAME and, as NOTE, the current track.</summary>
    /// <param name="listener">The recipient, whose packet counts are reported.</param>
    /// <param name="now">The instant reported, in ticks.</param>
    /// <param name="prefix">Bytes to leave free in front.</param>
    /// <param name="feedback">The feedback received from the listener, if it may be answered: adds how long ago its clock was
    /// received.</param>
    /// <returns><see langword="null"/> before the rendition has a timeline.</returns>
    internal byte[]? Report(Listener listener, long now, int prefix = 0, RtpFeedback? feedback = null)
    {
        if (SenderReport(listener, now) is not SenderReport report)
        {
            return null;
        }

        return feedback?.AnswerTo(now) is ReferenceDelay delay
            ? Compound(prefix, report, Description(listener), new ExtendedReport(report.Ssrc) { Delays = [delay] })
            : Compound(prefix, report, Description(listener));
    }

    /// <summary>Writes a compound that ends with BYE (RFC 3550 §6.6).</summary>
    /// <param name="listener">The recipient.</param>
    /// <param name="reason">The reason; see <see cref="GoodbyeReason"/>.</param>
    /// <param name="prefix">Bytes to leave free in front.</param>
    internal byte[] Goodbye(Listener listener, string reason, int prefix = 0)
    {
        uint ssrc = listener.Ring.Info.Stream.Ssrc;
        RtcpPacket report = (RtcpPacket?)SenderReport(listener, time.GetTimestamp()) ?? new ReceiverReport(ssrc);
        return Compound(prefix, report, Description(listener), new Goodbye([ssrc], reason));
    }

    private SenderReport? SenderReport(Listener listener, long now)
    {
        if (listener.Ring.Timeline is not MediaTimeline timeline)
        {
            return null;
        }

        // The wall clock is read slightly after now: subtract the difference.
        TimeSpan since = time.GetElapsedTime(now);
        RtpStreamIdentity stream = listener.Ring.Info.Stream;
        return new SenderReport(
            stream.Ssrc,
            NtpTime.From(time.GetUtcNow() - since),
            stream.TimestampOf(timeline.PositionAt(now)),
            unchecked((uint)listener.PacketsSent),
            unchecked((uint)listener.PayloadBytesSent));
    }

    private SourceDescription Description(Listener listener) =>
        new(listener.Ring.Info.Stream.Ssrc, _canonicalName, note: listener.Ring.Title?.Track.ToString());

    private static byte[] Compound(int prefix, params ReadOnlySpan<RtcpPacket> packets)
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        bytes[..prefix].Clear();
        int length = RtcpCompound.Write(bytes[prefix..], packets);
        return bytes[..(prefix + length)].ToArray();
    }
}
