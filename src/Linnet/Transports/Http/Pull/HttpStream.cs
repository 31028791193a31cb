using System.IO.Pipelines;
using Linnet.Codecs.Streams;
using Linnet.Transports.Http.Push;
using Linnet.Wire.Http;
using Linnet.Wire.Icy;

namespace Linnet.Transports.Http.Pull;

/// <summary>
/// An audio response while it is read: the body, without its titles, goes through a decoder to a target. Fetched streams have the
/// decoders and limits of pushed ones. Used by one task.
/// </summary>
internal sealed class HttpStream : IAsyncDisposable
{
    private const int PieceLength = 1024;
    private static readonly PushServerOptions Limits = new();

    private readonly PullConnection _connection;
    private readonly IStreamDecoder _decoder;
    private readonly IStreamTarget _target;
    private readonly PushFeed _feed;
    private readonly HttpBodyReader _body;
    private readonly IcyStreamReader _icy;
    private string? _end;

    /// <param name="from">The address that gave the answer.</param>
    /// <param name="head">The answer's head.</param>
    /// <param name="connection">The source of the body; owned from now on.</param>
    /// <param name="decoder">Decodes it; owned.</param>
    /// <param name="target">Receives the audio; owned.</param>
    /// <param name="time">The clock.</param>
    internal HttpStream(
        Uri from, HttpResponseHead head, PullConnection connection, IStreamDecoder decoder, IStreamTarget target, TimeProvider time)
    {
        From = from;
        Head = head;
        _connection = connection;
        _decoder = decoder;
        _target = target;
        _feed = new PushFeed(Limits, target, decoder, time);
        _body = new HttpBodyReader(head.Body);
        _icy = new IcyStreamReader(head.MetadataInterval, PullAddress.EncodingOf(head.Headers["Content-Type"]));
    }

    /// <summary>The address that gave the answer, after redirects and playlists.</summary>
    internal Uri From { get; }

    /// <summary>The answer's head.</summary>
    internal HttpResponseHead Head { get; }

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

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        _decoder.Dispose();
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private string Ended() => $"{PullAddress.Shown(From)} is no longer played: {_end?.TrimEnd('.')}.";

    /// <summary>Reads a little more.</summary>
    /// <returns>Whether it has ended.</returns>
    private async Task<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        try
        {
            _end = _body.HasEnded ? Complete() : await ReadAsync(cancellationToken).ConfigureAwait(false);
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
        ReadResult read = await _connection.ReadAsync(cancellationToken).ConfigureAwait(false);
        string? end = null;
        foreach (ReadOnlyMemory<byte> segment in read.Buffer)
        {
            for (int at = 0; at < segment.Length && end is null; at += PieceLength)
            {
                end = Feed(segment.Slice(at, Math.Min(PieceLength, segment.Length - at)).Span);
                await _feed.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        _connection.Consume(read);
        return end ?? (_body.HasEnded || read.IsCompleted ? Complete() : null);
    }

    private string Complete()
    {
        HasEnded = !_body.IsInvalid && (_body.HasEnded || Head.Body.Kind is HttpBodyKind.UntilClose);
        return _feed.Complete() ?? (_body.IsInvalid ? "its chunks are malformed" : HasEnded ? "it ended" : "its connection broke");
    }

    private string? Feed(ReadOnlySpan<byte> bytes)
    {
        string? end = null;
        while (!bytes.IsEmpty && !_body.HasEnded && end is null)
        {
            ReadOnlySpan<byte> part = _body.Read(ref bytes);
            while (!part.IsEmpty && end is null)
            {
                ReadOnlySpan<byte> sound = _icy.Read(ref part, out IcyMetadata? metadata);
                if (metadata is { Title.Length: > 0 } news)
                {
                    _feed.OnTrack(IcyTitle.Split(news.Title));
                }

                end = sound.IsEmpty ? null : _feed.Write(sound);
            }
        }

        return end;
    }
}
