using System.Net;
using System.Net.Sockets;
using Linnet.Codecs.Streams;
using Linnet.Diagnostics;
using Linnet.Wire.Rtsp;

namespace Linnet.Transports.Http.Pull;

/// <summary>
/// Finds the audio that an HTTP address leads to, each time it is called: follows redirects and playlists, and uses the first entry of a
/// playlist that gives audio. It remembers that entry. <see cref="HopGuard"/> decides which addresses are allowed. Used by one task.
/// </summary>
/// <remarks>Source: docs/wire/icy.md.</remarks>
/// <param name="address">An address of http or https; its user and password are sent only to that server.</param>
/// <param name="time">The clock.</param>
/// <param name="onMirrorFailed">Called with the reason why an entry of a playlist gave no audio, before the next is tried; once per
/// problem.</param>
/// <param name="sideOf">Decides which network an address is in; default: <see cref="InnerNetwork"/>.</param>
/// <param name="trust">The certificates that are accepted over TLS; <see langword="null"/>: those that this system trusts.</param>
internal sealed class StreamSearch(
    Uri address, TimeProvider time, Action<string> onMirrorFailed, Func<IPAddress, NetworkSide>? sideOf = null, ServerTrust? trust = null)
{
    /// <summary>How often a server may say that the sound is elsewhere, a playlist included.</summary>
    internal const int MaxRedirects = 5;

    /// <summary>The most playlists of one search, within each other or beside each other.</summary>
    internal const int MaxLists = 8;

    /// <summary>The most entries of playlists that are tried in one search. The next one goes on where it stopped.</summary>
    internal const int MaxTries = 16;

    /// <summary>The most failures that are remembered as told.</summary>
    private const int MaxTold = 64;

    // The addresses that led to the last audio: these entries of a playlist are tried first.
    private HashSet<Uri> _heard = [];

    // Where the last search stopped, if there was more to try: how many entries of each playlist that leads there were tried.
    private Dictionary<Uri, int> _unfinished = [];

    // Whether an earlier try failed for a reason that may pass.
    private bool _hadHope;

    // Messages already logged about addresses without audio: each is logged once.
    private readonly HashSet<string> _told = [];

    /// <summary>Whether a server has answered since the search began that goes on, or that was the last.</summary>
    internal bool HasAnswered { get; private set => Volatile.Write(ref field, value); }

    /// <summary>Creates the target for the audio of one answer.</summary>
    internal delegate IStreamTarget TargetFactory(Uri from, PullAnswer answer);

    /// <summary>Why an address could not be fetched, as a sentence.</summary>
    internal static string Problem(Uri from, Exception e) => e switch
    {
        HttpPullException => e.Message,
        SocketException => HttpPullException.ToConnect(from, e).Message,
        TransportException => $"{PullAddress.Shown(from)}: {Sentence.Of(e.Message)}",
        IOException { InnerException: SocketException } => $"{PullAddress.Shown(from)} is gone: the connection broke off.",
        _ => $"{PullAddress.Shown(from)} cannot be fetched: {Sentence.Of(e.Message)}",
    };

    /// <summary>Follows the address through redirects and playlists, until there is audio.</summary>
    /// <param name="createTarget">Called for each answer that should be audio.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The stream, owned by the caller. Its first audio is in its target.</returns>
    /// <exception cref="HttpPullException">No audio was found.</exception>
    /// <exception cref="IOException">The server was not reached, or stopped answering.</exception>
    /// <exception cref="SocketException">There is no such host, or nothing listens there.</exception>
    internal async Task<HttpStream> OpenAsync(TargetFactory createTarget, CancellationToken cancellationToken)
    {
        var progress = new Progress(createTarget) { HasHope = _unfinished.Count > 0 && _hadHope };
        HasAnswered = false;
        try
        {
            HttpStream stream = await FollowAsync(progress, address, new HopGuard(sideOf), hops: 0, cancellationToken)
                .ConfigureAwait(false);
            _heard = [.. progress.Way];
            _told.Clear();
            _unfinished = [];
            return stream;
        }
        catch (HttpPullException)
        {
            _unfinished = progress.Unfinished;
            _hadHope = progress.HasHope;
            throw;
        }
    }

    private async Task<HttpStream> FollowAsync(Progress progress, Uri from, HopGuard guard, int hops, CancellationToken cancellationToken)
    {
        progress.Way.Add(from);
        if (progress.Lists.Contains(from))
        {
            throw LeadsToItself(from);
        }

        AuthChallenge? challenge = null;
        for (; hops <= MaxRedirects; hops++)
        {
            var connection = new PullConnection(from, guard, time, trust, challenge);
            IReadOnlyList<Uri> entries;
            bool isGiven = false;
            try
            {
                PullAnswer answer = await connection.AskAsync(cancellationToken).ConfigureAwait(false);
                HasAnswered = true;
                if ((challenge = connection.ChallengeOf(answer)) is not null)
                {
                    continue;
                }

                if ((int)answer.Status is >= 300 and < 400)
                {
                    from = PullAddress.Follow(from, answer.Headers["Location"]);
                    continue;
                }

                if (answer.Status != HttpStatusCode.OK)
                {
                    // Another mirror may be back soon.
                    string? reason = await connection.ReadReasonAsync(answer, cancellationToken).ConfigureAwait(false);
                    throw HttpPullException.Answered(from, answer.Status, reason, isOnly: progress.Lists.Count == 0);
                }

                ThrowIfCompressed(from, answer);
                if (!PullAddress.IsPlaylist(from, answer.ContentType))
                {
                    isGiven = true;
                    return await PlayAsync(progress, from, answer, connection, cancellationToken).ConfigureAwait(false);
                }

                Enter(progress, from);
                entries = PullAddress.EntriesOf(
                    from, answer.ContentType, await connection.ReadBodyAsync(cancellationToken).ConfigureAwait(false));
            }
            finally
            {
                if (!isGiven)
                {
                    connection.Dispose();
                }
            }

            return await TryEachAsync(progress, from, entries, guard, hops + 1, cancellationToken).ConfigureAwait(false);
        }

        throw HttpPullException.Unplayable($"{PullAddress.Shown(address)} redirects too often.");
    }

    private static void ThrowIfCompressed(Uri from, PullAnswer answer)
    {
        if (answer.Headers["Content-Encoding"] is { Length: > 0 } coding && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw HttpPullException.Unplayable($"{PullAddress.Shown(from)} sends compressed content that was not asked for.");
        }
    }

    private void Enter(Progress progress, Uri list)
    {
        if (!progress.Lists.Add(list))
        {
            throw LeadsToItself(list);
        }

        if (progress.Lists.Count > MaxLists)
        {
            progress.IsCut = true;
            throw HttpPullException.Unplayable($"{PullAddress.Shown(address)} leads from playlist to playlist too often.");
        }
    }

    private async Task<HttpStream> PlayAsync(
        Progress progress, Uri from, PullAnswer answer, PullConnection connection, CancellationToken cancellationToken)
    {
        HttpStream? stream = null;
        try
        {
            if (!StreamDecoders.TryCreate(answer.ContentType, out IStreamDecoder? decoder, out StreamProblem? problem))
            {
                throw HttpPullException.Undecodable(from, answer.ContentType, problem.Text, isOnly: progress.Lists.Count == 0);
            }

            stream = new HttpStream(from, answer, connection, decoder, progress.CreateTarget(from, answer), time);
            await stream.OpenAsync(cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            IDisposable owner = (IDisposable?)stream ?? connection;
            owner.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Tries the entries of a playlist until one gives audio. They are mirrors: the last one that worked is tried first, then the others
    /// after it.
    /// </summary>
    private async Task<HttpStream> TryEachAsync(
        Progress progress, Uri list, IReadOnlyList<Uri> entries, HopGuard guard, int hops, CancellationToken cancellationToken)
    {
        int first = entries.TakeWhile(entry => !_heard.Contains(entry) || progress.Lists.Contains(entry)).Count() % entries.Count;
        int way = progress.Way.Count;
        Exception? failure = null;
        string problem = "";
        int tried = _unfinished.GetValueOrDefault(list) is var done && done < entries.Count ? done : 0;
        for (; tried < entries.Count; tried++)
        {
            if (progress.Tries == MaxTries)
            {
                progress.IsCut = true;
                problem = $"{PullAddress.Shown(address)} names more addresses than are tried at a time. None of these "
                    + $"{MaxTries} gives audio; the others follow. "
                    + $"The last one: {progress.Problem}";
                break;
            }

            progress.Tries++;
            Uri entry = entries[(first + tried) % entries.Count];
            try
            {
                return await FollowAsync(progress, entry, guard.Branch(), hops, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or SocketException && !cancellationToken.IsCancellationRequested)
            {
                failure = e;
                progress.HasHope |= !progress.IsCut && !IsUnknown(e);
                problem = Problem(entry, e);
            }

            progress.Way.RemoveRange(way, progress.Way.Count - way);
            if (progress.IsCut)
            {
                break;
            }

            progress.Problem = problem;
            if (tried + 1 < entries.Count && _told.Count < MaxTold && _told.Add(problem))
            {
                onMirrorFailed(problem);
            }
        }

        if (progress.IsCut)
        {
            progress.Unfinished[list] = tried;
            throw new HttpPullException(problem, failure);
        }

        throw entries.Count > 1
            ? new HttpPullException(
                $"None of the {tried} addresses that {PullAddress.Shown(list)} names gives audio. The last one: {problem}", failure)
            {
                IsUnknown = !progress.HasHope,
            }
            : failure as HttpPullException ?? new HttpPullException(problem, failure) { IsUnknown = !progress.HasHope };
    }

    private static bool IsUnknown(Exception failure) =>
        failure is TransportException { IsUnknown: true }
            or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData };

    private static HttpPullException LeadsToItself(Uri list) =>
        HttpPullException.Unplayable($"{PullAddress.Shown(list)} is a playlist that leads to itself.");

    /// <summary>One search: what it has tried so far.</summary>
    private sealed class Progress(TargetFactory createTarget)
    {
        internal TargetFactory CreateTarget => createTarget;

        /// <summary>The address that was given, and the entries of playlists that were followed from there.</summary>
        internal List<Uri> Way { get; } = [];

        /// <summary>The playlists that were read.</summary>
        internal HashSet<Uri> Lists { get; } = [];

        internal int Tries { get; set; }

        /// <summary>Why the last entry gave no sound.</summary>
        internal string Problem { get; set; } = "";

        /// <summary>Whether an entry failed in a way that may pass, so that it is worth another try later.</summary>
        internal bool HasHope { get; set; }

        /// <summary>Whether there is more to try than one search may.</summary>
        internal bool IsCut { get; set; }

        /// <summary>Then: how many entries were tried of each playlist that leads to where it stopped.</summary>
        internal Dictionary<Uri, int> Unfinished { get; } = [];
    }
}
