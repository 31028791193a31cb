using Linnet.Codecs;
using Linnet.Codecs.Aac;
using Linnet.Codecs.Mp3;
using Linnet.Codecs.Streams;
using Linnet.Sources;
using Linnet.Wire.Icy;

namespace Linnet.Stations;

/// <summary>The name of a station, its encodings and its picture.</summary>
public sealed record StationOptions : IValidatable
{
    /// <summary>The highest number of HTTP renditions.</summary>
    public const int MaxStreams = 16;

    private const int MaxArtUrl = 2048;

    /// <summary>
    /// Its name in URLs: 1–64 of <c>a</c>–<c>z</c>, <c>0</c>–<c>9</c> and <c>-</c>, but neither <c>metrics</c> nor <c>events</c>.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Starts at once instead of with the first listener. Live sources always do. Default <see langword="false"/>.</summary>
    public bool StartAtOnce { get; init; }

    /// <summary>How long before their deadline packets are encoded, if the source allows it. 20 ms – 5 s; default 300 ms.</summary>
    public TimeSpan EncodeAhead { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Audio that each ring keeps. 1–300 s; default 10 s.</summary>
    public TimeSpan RingDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many on-demand renditions may run at once, shared fairly among the addresses that ask. On-demand renditions are those in
    /// <see cref="Streams"/> that are not offered by default; the default ones always run when requested. 0–16; default 4.
    /// </summary>
    public int MaxOnDemand { get; init; } = 4;

    /// <summary>Opus bits per second: 6,000–510,000, or 0 for 64,000 per channel. Default 0.</summary>
    public int OpusBitRate { get; init; }

    /// <summary>Opus encoder complexity, 0 (least work) – 10 (best). Default 10.</summary>
    public int OpusComplexity { get; init; } = 10;

    /// <summary>
    /// MP3 bits per second of the rendition <c>mp3</c>; if the sample rate does not have it, the next lower is used. Default 128,000.
    /// </summary>
    public int Mp3BitRate { get; init; } = 128_000;

    /// <summary>
    /// AAC bits per second of the rendition <c>aac</c>: 16,000–320,000; less if the sample rate does not allow it. Default 128,000.
    /// </summary>
    public int AacBitRate { get; init; } = 128_000;

    /// <summary>LAME's encoder effort, 0 (best) – 9 (least work). Default 3.</summary>
    public int Mp3Quality { get; init; } = 3;

    /// <summary>Which renditions level the loudness of their tracks by ReplayGain tags. Default: none.</summary>
    public LoudnessMode Loudness { get; init; }

    /// <summary>
    /// The most audio with which a rendition begins when an HTTP listener starts it, so that players can start at once. A stopped station
    /// begins this much earlier if its source can be read ahead; otherwise the rendition begins with what was already played. 0–30 s;
    /// default 2 s.
    /// </summary>
    public TimeSpan StreamPreRoll { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The same for renditions that another server starts: it runs some seconds behind, and its listeners begin with some more. Default 0:
    /// no more than for listeners here.
    /// </summary>
    internal TimeSpan RelayPreRoll { get; init; }

    /// <summary>The most audio with which a rendition begins.</summary>
    internal TimeSpan LongestPreRoll => RelayPreRoll > StreamPreRoll ? RelayPreRoll : StreamPreRoll;

    /// <summary>
    /// The HTTP renditions: <c>mp3</c>, <c>opus</c>, <c>aac</c>, <c>flac</c>, <c>wav</c>, and with a bit rate in kb/s <c>mp3-64</c>,
    /// <c>opus-64</c>, <c>aac-64</c>. The list is fixed so that listeners share them; each is encoded only while it has listeners. Those
    /// not in the default list are made on demand, at most <see cref="MaxOnDemand"/> at a time. Those that this machine has no encoder for
    /// are left out. Default: all of these but <c>aac-64</c>.
    /// </summary>
    public IReadOnlyList<string> Streams { get; init; } = DefaultStreams;

    /// <summary>The HTTP renditions offered by default, which always run when requested.</summary>
    internal static IReadOnlyList<string> DefaultStreams { get; } = ["mp3", "mp3-64", "opus", "opus-64", "flac", "wav", "aac"];

    /// <summary>
    /// Address of a picture of the station, http or https. Web pages show it while the track has none. Default <see langword="null"/>:
    /// none.
    /// </summary>
    public string? ArtUrl { get; init; }

    /// <summary>Whether web pages show the pictures in the tags of tracks. Default <see langword="true"/>.</summary>
    public bool ShowsTrackArt { get; init; } = true;

    /// <summary>Whether senders supply the audio, so that their packets and the encoder's may follow each other.</summary>
    internal bool IsFed { get; init; }

    /// <summary>
    /// The format of the first sender, if the station exists because of it: audio without a sender is encoded the same way.
    /// </summary>
    internal StreamFormat? Sent { get; init; }

    /// <summary>What this machine can encode.</summary>
    internal CodecTable Codecs { get; init; } = CodecTable.Current;

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => new ProblemList()
        .Require(StationName.IsValid(Name), $"The station name '{Name}' must be 1–64 of a–z, 0–9 and '-'.")
        .Include(StationName.ConflictOf(Name) is string conflict ? [conflict] : null)
        .Between(EncodeAhead, "20 ms", "5 s")
        .Between(RingDuration, "1 s", "300 s")
        .Between(MaxOnDemand, 0, MaxStreams)
        .Require(
            OpusBitRate is 0 or (>= 6_000 and <= 510_000),
            $"The Opus bit rate is {OpusBitRate}; it must be between 6000 and 510000 bits per second.")
        .Require(
            AacRates.IsBitRate(AacBitRate),
            $"The AAC bit rate is {AacBitRate}; it must be between {AacRates.MinBitRate} and {AacRates.MaxBitRate} bits per second.")
        .Between(OpusComplexity, 0, 10, name: "The Opus complexity")
        .Between(StreamPreRoll, "0", "30 s")
        .Require(
            ArtUrl is null || IsArtUrl(ArtUrl),
            $"The address of the picture is '{ArtUrl}'; it must be an http or https address of at most {MaxArtUrl} characters.")
        .Include(
            new Mp3EncoderOptions { BitRate = Mp3BitRate, Quality = Mp3Quality }.Problems().Select(static problem => $"MP3: {problem}"))
        .Include(StreamProblems());

    /// <summary>Whether a text can be an <see cref="ArtUrl"/>.</summary>
    internal static bool IsArtUrl(string text) => text.Length <= MaxArtUrl && IceDescription.WebAddress(text) is not null;

    private IEnumerable<string> StreamProblems()
    {
        if (Streams.Count > MaxStreams)
        {
            yield return $"There are {Streams.Count} renditions for HTTP; at most {MaxStreams} can be listed.";
            yield break;
        }

        var names = new HashSet<string>();
        foreach (string text in Streams)
        {
            if (!StreamName.TryParse(text, out StreamName? name, out string? problem))
            {
                yield return problem;
            }
            else if (!names.Add(name.ToString()))
            {
                yield return $"The rendition {name} is listed twice.";
            }
        }
    }
}
