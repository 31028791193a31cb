using Linnet.Codecs.Streams;
using Linnet.Transports.Http.Push;
using Linnet.Wire.Icy;

namespace Linnet.Transports.Http.Pull;

/// <summary>
/// An audio response while it is read: the body, without its titles, goes through a decoder to a target. Fetched streams have the
/// decoders and limits of pushed ones. Used by one task.
/// </summary>
internal sealed class HttpStream : IDisposable
{
    // Short: if a chunk is malformed, HttpClient drops what it has read in the same call.
    private const int PieceLength = 1024;
    private static readonly PushServerOptions Limits = new();

    private readonly PullConnection _connection;
    private readonly IStreamDecoder _decoder;
    private readonly IStreamTarget _target;
    private readonly PushFeed _feed;
    private readonly IcyStreamReader _icy;
    private readonly byte[] _piece = new byte[PieceLength];
    private string? _end;

    /// <param name="from">The address that gave the answer.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="connection">The source of the body; owned from now on.</param>
    /// <param name="decoder">Decodes it; owned.</param>
    /// <param name="target">Receives the audio; owned.</param>
    /// <param name="time">The clock.</param>
    internal HttpStream(
        Uri from, PullAnswer answer, PullConnection connection, IStreamDecoder decoder, IStreamTarget target, TimeProvider time)
    {
        From = from;
        Answer = answer;
        _connection = connection;
        _decoder = decoder;
        _target = target;
        _feed = new PushFeed(Limits, target, decoder, time);
        _icy = new IcyStreamReader(answer.MetadataInterval, PullAddress.EncodingOf(answer.ContentType));
    }

    /// <summary>The address that gave the answer, after redirects and playlists.</summary>
    internal Uri From { get; }

    /// <summary>The answer.</summary>
    internal PullAnswer Answer { get; }

    /// <summary>Whether the body has come to its end in order: its whole length, its last chunk, or an orderly close.</summary>
    internal bool HasEnded { get; private set; }

    /// <summary>Reads until its first sound has come.</summary>
    /// <exception cref="HttpPullException">It has ended without any audio.</exception>
    /// <exception cref="IOException">The connection is broken, or nothing has arrived for a while.</exception>
    internal async Task OpenAsync(CancellationToken cancellationToken)
    {
        while (!_feed.HasSound)
        {
            if (await AdvanceAsync(cancellationToken).ConfigureAwait(false) && !_feed.HasSound)
            {
                throw HttpPullException.Unplayable(Ended());
            }
        }
    }

    /// <summary>Reads until it ends, or until no more of it is wanted.</summary>
    /// <returns>Why it ended, as a sentence for the user.</returns>
    /// <exception cref="IOException">The connection is broken, or nothing has arrived for a while.</exception>
    internal async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        while (_end is null)
        {
            await AdvanceAsync(cancellationToken).ConfigureAwait(false);
        }

        return Ended();
    }

    public void Dispose()
    {
        _target.Dispose();
        _decoder.Dispose();
        _connection.Dispose();
    }

    private string Ended() => $"{PullAddress.Shown(From)} is no longer played: {_end?.TrimEnd('.')}.";

    /// <summary>Reads a little more.</summary>
    /// <returns>Whether it has ended.</returns>
    private async Task<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        try
        {
            _end = await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Audio from before the failure is played to its last sample, too.
            _feed.Flush();
            throw;
        }

        return _end is not null;
    }

    private async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        int length = await _connection.ReadAsync(_piece, cancellationToken).ConfigureAwait(false);
        if (length == 0)
        {
            HasEnded = _connection.BodyProblem is null;
            return _feed.Complete() ?? _connection.BodyProblem ?? "it ended";
        }

        string? end = Feed(_piece.AsSpan(0, length));
        await _feed.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
        return end;
    }

    private string? Feed(ReadOnlySpan<byte> bytes)
    {
        string? end = null;
        while (!bytes.IsEmpty && end is null)
        {
            ReadOnlySpan<byte> sound = _icy.Read(ref bytes, out IcyMetadata? metadata);
            if (metadata is { Title.Length: > 0 } news)
            {
                _feed.OnTrack(IcyTitle.Split(news.Title));
            }

            end = sound.IsEmpty ? null : _feed.Write(sound);
        }

        return end;
    }
}
