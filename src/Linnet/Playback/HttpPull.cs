using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using Linnet.Clock;
using Linnet.Codecs.Streams;
using Linnet.Transports;
using Linnet.Transports.Http;
using Linnet.Wire.Icy;
using Microsoft.Extensions.Logging;

namespace Linnet.Playback;

/// <summary>Fetches a stream over HTTP as a listener does, from Icecast, SHOUTcast or another Linnet, again and again, for a station of ours.</summary>
/// <remarks>
/// What it fetches is treated as what is pushed: the same decoders, the same buffer. Where servers may lead it, <see cref="HopGuard"/> says.
/// Source: docs/wire/icy.md.
/// </remarks>
/// <param name="address">An address of http or https; user and password in it are sent to that server alone.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what happens.</param>
/// <param name="sideOf">Where an address lies, instead of as <see cref="InnerNetwork"/> says.</param>
internal sealed class HttpPull(Uri address, TimeProvider time, ILogger logger, Func<IPAddress, NetworkSide>? sideOf = null)
{
    /// <summary>How often a server may say that the sound is elsewhere, a playlist included.</summary>
    internal const int MaxRedirects = 5;

    private const int PieceLength = 1024;
    private static readonly PushServerOptions Limits = new();

    // Which entry of a playlist is tried: another one each time, until there is sound.
    private int _entry;

    /// <summary>Fetches until cancelled.</summary>
    internal Task RunAsync(IngestBuffer station, CancellationToken cancellationToken) =>
        new PullLoop(PullAddress.Shown(address), time, logger).RunAsync(station, (backoff, token) => FetchAsync(station, backoff, token), cancellationToken);

    private async Task<string> FetchAsync(IngestBuffer station, Backoff backoff, CancellationToken cancellationToken)
    {
        int entry = _entry;
        _entry++;
        Uri from = address;
        bool wasPlaylist = false;
        var guard = new HopGuard(sideOf);
        for (int hop = 0; hop <= MaxRedirects; hop++)
        {
            PullConnection connection = await PullConnection.ConnectAsync(from, guard, time, cancellationToken).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable closing = connection.ConfigureAwait(false);
            HttpResponseHead head = await connection.AskAsync(from, cancellationToken).ConfigureAwait(false);
            if ((int)head.Status is >= 300 and < 400)
            {
                from = PullAddress.Follow(from, head.Headers["Location"]);
                continue;
            }

            if (head.Status != HttpStatusCode.OK)
            {
                return $"{PullAddress.Shown(from)} answers {(int)head.Status}.";
            }

            if (head.Headers["Content-Encoding"] is { Length: > 0 } coding && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            {
                return $"{PullAddress.Shown(from)} sends compressed content that was not asked for.";
            }

            if (!wasPlaylist && PullAddress.IsPlaylist(from, head.Headers["Content-Type"]))
            {
                IReadOnlyList<Uri> entries = PullAddress.EntriesOf(from, await connection.ReadTextAsync(head, cancellationToken).ConfigureAwait(false));
                from = entries[entry % entries.Count];
                wasPlaylist = true;
                continue;
            }

            return await PlayAsync(station, from, head, connection, () => OnSound(entry, backoff), cancellationToken).ConfigureAwait(false);
        }

        return $"{PullAddress.Shown(address)} redirects too often.";
    }

    private void OnSound(int entry, Backoff backoff)
    {
        _entry = entry;
        backoff.Reset();
    }

    private async Task<string> PlayAsync(
        IngestBuffer station, Uri from, HttpResponseHead head, PullConnection connection, Action onSound, CancellationToken cancellationToken)
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
        var icy = new IcyStreamReader(head.MetadataInterval);
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
}
