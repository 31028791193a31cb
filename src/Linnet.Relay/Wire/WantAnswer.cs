using System.Buffers.Binary;
using System.Text;
using Linnet.Audio;
using Linnet.Broadcast;

namespace Linnet.Relay.Wire;

/// <summary>The origin's answer to a <see cref="Want"/>: the rendition is published, or why it is not.</summary>
/// <param name="Refusal">Why not; <see langword="null"/>: it is.</param>
/// <param name="Epoch">
/// When position 0 is due by the origin's clock as it is now, in nanoseconds: a live source's clock is corrected without a discontinuity.
/// −<see cref="OriginClock.MaxTime"/>: not known yet.
/// </param>
internal sealed record WantAnswer(RingRefusal? Refusal, long Epoch)
{
    private const int HeadLength = 17;
    private const int MaxLength = 4096;

    // "LNI" and the version.
    private const uint Magic = 0x4C4E4901;

    // The numbers are the format's and do not follow the enumeration.
    private static readonly RingRefusalReason[] Reasons =
    [
        RingRefusalReason.StationEnded, RingRefusalReason.Unavailable, RingRefusalReason.TooManyOnDemand, RingRefusalReason.Paused,
        RingRefusalReason.TooMuchUntaken, RingRefusalReason.NeverOnDemand,
    ];

    private static readonly TimeSpan MostPause = TimeSpan.FromHours(1);

    /// <summary>The answer as bytes.</summary>
    internal byte[] ToBytes()
    {
        byte[] text = Encoding.UTF8.GetBytes(Refusal?.Text ?? "");
        byte[] bytes = new byte[HeadLength + text.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(4), Epoch);
        bytes[12] = Refusal is null ? (byte)0 : (byte)(1 + Math.Max(0, Array.IndexOf(Reasons, Refusal.Reason)));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(13), (int)(Refusal?.RetryAfter ?? TimeSpan.Zero).TotalMilliseconds);
        text.CopyTo(bytes, HeadLength);
        return bytes;
    }

    /// <summary>Reads an answer that came from the network; <see langword="null"/>: it is none. Never throws.</summary>
    internal static WantAnswer? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < HeadLength or > MaxLength || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic
            || BinaryPrimitives.ReadInt64BigEndian(bytes[4..]) is var epoch && epoch is < -OriginClock.MaxTime or > OriginClock.MaxTime)
        {
            return null;
        }

        if (bytes[12] == 0)
        {
            return new WantAnswer(null, epoch);
        }

        var pause = TimeSpan.FromMilliseconds(BinaryPrimitives.ReadInt32BigEndian(bytes[13..]));
        RingRefusalReason reason = bytes[12] <= Reasons.Length ? Reasons[bytes[12] - 1] : RingRefusalReason.Unavailable;
        string text = TagText.Clean(Encoding.UTF8.GetString(bytes[HeadLength..])) ?? "Its origin does not offer it now.";
        return new WantAnswer(
            new RingRefusal(reason, text, pause > TimeSpan.Zero && pause <= MostPause ? pause : null)
            {
                IsFinal = reason is RingRefusalReason.NeverOnDemand,
            },
            epoch);
    }
}
