using System.Text.Json.Serialization;
using Linnet.Audio;
using Linnet.Broadcast;
using Linnet.Codecs;
using Linnet.Wire.Icy;

namespace Linnet.Relay.Wire;

/// <summary>A <see cref="StationDescription"/> in JSON. The incarnation is text: not every reader has exact numbers of 64 bits.</summary>
internal sealed record StationJson(
    int Format, string Station, string Node, string Incarnation, IReadOnlyList<RenditionJson> Renditions, IceDescription? About,
    string? ArtUrl, IReadOnlyList<MissingJson> Missing)
{
    /// <summary>The version of the format. New fields do not change it.</summary>
    internal const int Version = 1;
}

/// <summary>A <see cref="MissingStream"/> in JSON.</summary>
internal sealed record MissingJson(string Name, string Extension, int Order, string Problem);

/// <summary>A <see cref="RenditionInfo"/> in JSON.</summary>
internal sealed record RenditionJson(
    string Name, string Encoding, int ClockRate, int Channels, string Parameters, int FramesPerPacket, int BitRate, uint Ssrc,
    ushort FirstSequenceNumber, uint FirstTimestamp, uint RtxSsrc, bool IsRtp, string? Extension, int Order, int Delay,
    DateTimeOffset Began, IReadOnlyList<byte[]> Headers)
{
    private const int MaxBitRate = 100_000_000;
    private const int MaxParameters = 16_384;
    private const int MaxHeaderBytes = 256 * 1024;

    // Numbers are counted from the beginning of a station: one that lies far ahead would make them overflow.
    private static readonly TimeSpan MostAge = TimeSpan.FromDays(100 * 365);

    // The ring makes room for packets of this length: a shorter one would need too much.
    private static readonly TimeSpan ShortestPacket = TimeSpan.FromMilliseconds(0.1);

    /// <summary>The JSON of a rendition.</summary>
    internal static RenditionJson Of(RenditionInfo info) => new(
        info.Name, info.Payload.EncodingName, info.Payload.ClockRate, info.Payload.Channels, info.Payload.Parameters, info.FramesPerPacket,
        info.BitRate, info.Stream.Ssrc, info.Stream.FirstSequenceNumber, info.Stream.FirstTimestamp, info.Stream.RtxSsrc, info.IsRtp,
        info.StreamType?.Extension, info.StreamType?.Order ?? 0, info.Delay, info.Began,
        [.. info.Headers.Select(static header => header.ToArray())]);

    /// <summary>The rendition; <see langword="null"/> if a value is out of range, since it came from the network.</summary>
    internal RenditionInfo? ToInfo(string station)
    {
        if (!IsSound)
        {
            return null;
        }

        var stream = new RtpStreamIdentity(Ssrc, FirstSequenceNumber, FirstTimestamp) { RtxSsrc = RtxSsrc };
        var payload = new PayloadFormat(Encoding, ClockRate, Channels, Parameters);
        return new RenditionInfo(station, Name, payload, FramesPerPacket, BitRate, stream)
        {
            IsRtp = IsRtp,
            StreamType = StationDescription.StreamTypeOf(Extension, Order),
            Delay = Delay,
            Began = Began,
            Headers = [.. Headers.Select(static header => (ReadOnlyMemory<byte>)header)],
        };
    }

    // Encoding and parameters become lines of an SDP: a line break in them would add others.
    private bool IsSound =>
        Subjects.IsName(Name) && Subjects.IsName(Encoding)
        && Parameters.Length <= MaxParameters && !Parameters.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && new AudioFormat(ClockRate, Channels).IsValid
        && FramesPerPacket is > 0 and <= BatchItem.MaxFrames
        && new AudioFormat(ClockRate, Channels).DurationOf(FramesPerPacket) >= ShortestPacket
        && BitRate is > 0 and <= MaxBitRate && Delay is >= 0 and <= BatchItem.MaxFrames
        && Began >= RenditionInfo.Epoch && Began <= RenditionInfo.Epoch + MostAge
        && Headers.Count <= BatchItem.MaxHeaders && !Headers.Contains(null!)
        && Headers.Sum(static header => (long)header.Length) <= MaxHeaderBytes;
}

/// <summary>Reads and writes descriptions without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 8)]
[JsonSerializable(typeof(StationJson))]
internal sealed partial class DescriptionJson : JsonSerializerContext;
