using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Linnet.Clock;
using Linnet.Codecs.Streams;
using Linnet.Playback;
using Linnet.Sources.Ingest;
using Linnet.Transports;
using Linnet.Transports.Http.Pull;
using Linnet.Transports.Http.Push;
using Linnet.Wire.Http;
using Linnet.Wire.Icy;
using Microsoft.Extensions.Logging;

namespace Linnet.Serving.Pulls;

/// <summary>
/// Fetches a stream over HTTP as a listener does, from Icecast, SHOUTcast or another Linnet, again and again, for a station of ours.
/// </summary>
/// <remarks>
/// What it fetches is treated as what is pushed: the same decoders, the same buffer. Where servers may lead it, <see cref="HopGuard"/>
/// says. Source: docs/wire/icy.md.
/// </remarks>
/// <param name="address">An address of http or https; user and password in it are sent to that server alone.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what happens.</param>
/// <param name="sideOf">Where an address lies, instead of as <see cref="InnerNetwork"/> says.</param>
internal sealed class HttpPull(Uri address, TimeProvider time, ILogger logger, Func<IPAddress, NetworkSide>? sideOf = null)
{
    /// <summary>How often a server may say that the sound is elsewhere, a playlist included.</summary>
    internal const int MaxRedirects = 5;

    /// <summary>The most playlists of one fetch, within each other or beside each other.</summary>
    internal const int MaxLists = 8;

    /// <summary>The most entries of playlists that are tried in one fetch. The next one goes on where it stopped.</summary>
    internal const int MaxTries = 16;

    /// <summary>The most failures that are remembered as told.</summary>
    private const int MaxTold = 64;

    private const int PieceLength = 1024;
    private static readonly PushServerOptions Limits = new();

    // The addresses that led to the sound that was heard last: of a playlist these are tried first.
    private HashSet<Uri> _heard = [];

    // Where the last fetch stopped, if there was more to try: how many entries of each playlist that leads there were tried.
    private Dictionary<Uri, int> _unfinished = [];

    // What was said of addresses that gave none, so that it is said once.
    private readonly HashSet<string> _told = [];

    /// <summary>Fetches until cancelled.</summary>
    internal Task RunAsync(IngestBuffer station, CancellationToken cancellationToken) =>
        new PullLoop(PullAddress.Shown(address), time, logger).RunAsync(
            station, (backoff, token) => FetchAsync(station, backoff, token), cancellationToken);

    private async Task<string> FetchAsync(IngestBuffer station, Backoff backoff, CancellationToken cancellationToken)
    {
        var search = new Search(station, backoff);
        string end = await FollowAsync(search, address, new HopGuard(sideOf), hops: 0, cancellationToken).ConfigureAwait(false);
        _unfinished = search.Unfinished;
        return end;
    }

    /// <summary>Goes where an address leads, and plays what is there; of a playlist, the first entry that gives sound.</summary>
    /// <returns>Why it is over, for people.</returns>
    private async Task<string> FollowAsync(Search search, Uri from, HopGuard guard, int hops, CancellationToken cancellationToken)
    {
        search.Way.Add(from);
        if (search.Lists.Contains(from))
        {
            return LeadsToItself(from);
        }

        for (; hops <= MaxRedirects; hops++)
        {
            IReadOnlyList<Uri> entries;
            PullConnection connection = await PullConnection.ConnectAsync(from, guard, time, cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                HttpResponseHead head = await connection.AskAsync(from, cancellationToken).ConfigureAwait(false);
                if ((int)head.Status is >= 300 and < 400)
                {
                    from = PullAddress.Follow(from, head.Headers["Location"]);
                    continue;
                }

                // Of mirrors, another may be back soon.
                if (head.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && search.Lists.Count == 0)
                {
                    search.Backoff.Slow();
                }

                if (head.Status != HttpStatusCode.OK)
                {
                    return $"{PullAddress.Shown(from)} answers {(int)head.Status}.";
                }

                if (head.Headers["Content-Encoding"] is { Length: > 0 } coding
                    && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
                {
                    return $"{PullAddress.Shown(from)} sends compressed content that was not asked for.";
                }

                if (!PullAddress.IsPlaylist(from, head.Headers["Content-Type"]))
                {
                    return await PlayAsync(search.Station, from, head, connection, () => OnSound(search), cancellationToken)
                        .ConfigureAwait(false);
                }

                if (!search.Lists.Add(from))
                {
                    return LeadsToItself(from);
                }

                if (search.Lists.Count > MaxLists)
                {
                    search.IsCut = true;
                    return $"{PullAddress.Shown(address)} leads from playlist to playlist too often.";
                }

                entries = PullAddress.EntriesOf(
                    from, head.Headers["Content-Type"], await connection.ReadBodyAsync(head, cancellationToken).ConfigureAwait(false));
            }

            return await TryEachAsync(search, from, entries, guard, hops + 1, cancellationToken).ConfigureAwait(false);
        }

        return $"{PullAddress.Shown(address)} redirects too often.";
    }

    /// <summary>
    /// Tries the entries of a playlist until one gives sound. They are mirrors: the one that was heard last is the first, and the others
    /// follow it.
    /// </summary>
    private async Task<string> TryEachAsync(
        Search search, Uri list, IReadOnlyList<Uri> entries, HopGuard guard, int hops, CancellationToken cancellationToken)
    {
        int first = entries.TakeWhile(entry => !_heard.Contains(entry) || search.Lists.Contains(entry)).Count() % entries.Count;
        int way = search.Way.Count;
        string problem = "";
        int tried = _unfinished.GetValueOrDefault(list) is var done && done < entries.Count ? done : 0;
        for (; tried < entries.Count; tried++)
        {
            if (search.Tries == MaxTries)
            {
                search.IsCut = true;
                problem = $"{PullAddress.Shown(address)} names more addresses than are tried at a time, and of these "
                    + $"{MaxTries} none gives sound; the others follow. "
                    + $"The last one: {search.Problem}";
                break;
            }

            search.Tries++;
            Uri entry = entries[(first + tried) % entries.Count];
            try
            {
                problem = await FollowAsync(search, entry, guard.Branch(), hops, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or SocketException && !cancellationToken.IsCancellationRequested)
            {
                problem = PullLoop.Problem(PullAddress.Shown(entry), e);
            }

            if (search.HasSound)
            {
                return problem;
            }

            search.Way.RemoveRange(way, search.Way.Count - way);
            if (search.IsCut)
            {
                break;
            }

            search.Problem = problem;
            if (tried + 1 < entries.Count && _told.Count < MaxTold && _told.Add(problem))
            {
                logger.MirrorFailed(search.Station.Name, problem);
            }
        }

        if (search.IsCut)
        {
            search.Unfinished[list] = tried;
            return problem;
        }

        return entries.Count == 1
            ? problem : $"None of the {tried} addresses that {PullAddress.Shown(list)} names gives sound. The last one: {problem}";
    }

    private static string LeadsToItself(Uri list) => $"{PullAddress.Shown(list)} is a playlist that leads to itself.";

    private void OnSound(Search search)
    {
        if (!search.HasSound)
        {
            search.HasSound = true;
            _heard = [.. search.Way];
            _told.Clear();
        }

        search.Backoff.Reset();
    }

    private async Task<string> PlayAsync(
        IngestBuffer station, Uri from, HttpResponseHead head, PullConnection connection, Action onSound,
        CancellationToken cancellationToken)
    {
        if (!StreamDecoders.TryCreate(head.Headers["Content-Type"], out IStreamDecoder? decoder, out StreamProblem? problem))
        {
            return $"{PullAddress.Shown(from)} cannot be played: {problem.Text}";
        }

        using IStreamDecoder disposed = decoder;
        if (!station.TryBegin(PullAddress.Shown(from), takesOver: true, out IngestWriter? writer))
        {
            return $"{PullAddress.Shown(from)} has no station to play on.";
        }

        using (writer)
        {
            writer.Description = IceDescription.Read(head.Headers);
            logger.PullBegins(station.Name, PullAddress.Shown(from));
            var feed = new PushFeed(Limits, writer, decoder, time);
            try
            {
                string end = await FeedAsync(feed, head, connection, onSound, cancellationToken).ConfigureAwait(false);
                return $"{PullAddress.Shown(from)} is no longer played: {end}.";
            }
            catch (IOException)
            {
                // What came before it broke is played to its last sample, too.
                feed.Flush();
                throw;
            }
        }
    }

    /// <summary>Feeds the body until it ends, or until no more of it is wanted.</summary>
    /// <returns>Why it ended, for people.</returns>
    private static async Task<string> FeedAsync(
        PushFeed feed, HttpResponseHead head, PullConnection connection, Action onSound, CancellationToken cancellationToken)
    {
        var body = new HttpBodyReader(head.Body);
        var icy = new IcyStreamReader(head.MetadataInterval, PullAddress.EncodingOf(head.Headers["Content-Type"]));
        bool isCut = false;
        while (!body.HasEnded && !isCut)
        {
            ReadResult read = await connection.ReadAsync(cancellationToken).ConfigureAwait(false);
            string? end = null;
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                for (int at = 0; at < segment.Length && end is null; at += PieceLength)
                {
                    end = Feed(feed, body, icy, segment.Slice(at, Math.Min(PieceLength, segment.Length - at)).Span);
                    await feed.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            connection.Consume(read);
            if (feed.HasSound)
            {
                onSound();
            }

            if (end is not null)
            {
                return end;
            }

            isCut = read.IsCompleted;
        }

        string? problem = feed.Complete();
        if (feed.HasSound)
        {
            onSound();
        }

        return problem
            ?? (body.IsInvalid ? "its chunks are malformed"
                : !body.HasEnded && head.Body.Kind is not HttpBodyKind.UntilClose ? "its connection broke"
                : "it ended");
    }

    private static string? Feed(PushFeed feed, HttpBodyReader body, IcyStreamReader icy, ReadOnlySpan<byte> bytes)
    {
        string? end = null;
        while (!bytes.IsEmpty && !body.HasEnded && end is null)
        {
            ReadOnlySpan<byte> part = body.Read(ref bytes);
            while (!part.IsEmpty && end is null)
            {
                ReadOnlySpan<byte> sound = icy.Read(ref part, out IcyMetadata? metadata);
                if (metadata is { Title.Length: > 0 } news)
                {
                    feed.OnTrack(IcyTitle.Split(news.Title));
                }

                end = sound.IsEmpty ? null : feed.Write(sound);
            }
        }

        return end;
    }

    /// <summary>One fetch: what it has tried so far.</summary>
    private sealed class Search(IngestBuffer station, Backoff backoff)
    {
        internal IngestBuffer Station => station;

        internal Backoff Backoff => backoff;

        /// <summary>The address that was given, and the entries of playlists that were followed from there.</summary>
        internal List<Uri> Way { get; } = [];

        /// <summary>The playlists that were read.</summary>
        internal HashSet<Uri> Lists { get; } = [];

        internal int Tries { get; set; }

        /// <summary>Why the last entry gave no sound.</summary>
        internal string Problem { get; set; } = "";

        /// <summary>Whether there is more to try than one fetch may.</summary>
        internal bool IsCut { get; set; }

        /// <summary>Then: how many entries were tried of each playlist that leads to where it stopped.</summary>
        internal Dictionary<Uri, int> Unfinished { get; } = [];

        internal bool HasSound { get; set; }
    }
}
