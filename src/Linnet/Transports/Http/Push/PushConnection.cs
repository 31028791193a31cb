using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Linnet.Wire.Http;

namespace Linnet.Transports.Http.Push;

/// <summary>A pusher's connection: its body in, the few answers out.</summary>
internal sealed class PushConnection(HttpExchange exchange, TimeProvider time)
{
    // Small enough that the audio decoded from it does not overflow before the pusher has to wait.
    private const int PieceLength = 1024;

    private bool _hasAnswered;

    internal HttpRequestHead Head => exchange.Head;

    internal IPEndPoint Remote => exchange.Remote;

    internal string PathBase => exchange.Request.PathBase;

    /// <summary>Whether the body ended because its chunks are malformed.</summary>
    internal bool IsMalformed { get; private set; }

    /// <summary>
    /// Asks for the body. Icecast's sources wait for a <c>200</c> before they send. A client that expects <c>100 Continue</c> gets that,
    /// and the result at the end.
    /// </summary>
    internal async Task BeginAsync()
    {
        exchange.AllowBody();
        if (Head.ExpectsContinue && Head.Method != "SOURCE")
        {
            await exchange.ContinueAsync().ConfigureAwait(false);
        }
        else if (Head.Method == "SOURCE" || Head.Body.Kind is HttpBodyKind.UntilClose)
        {
            await AnswerAsync(PushAnswers.Accepted(Head, time.GetUtcNow())).ConfigureAwait(false);
        }
    }

    /// <summary>Answers at the end, if there has not been an answer yet.</summary>
    internal Task EndAsync(HttpStatusCode status, string text) =>
        _hasAnswered ? Task.CompletedTask : AnswerAsync(PushAnswers.Text(Head, status, text, time.GetUtcNow()));

    /// <summary>Answers, once.</summary>
    /// <param name="answer">The answer; <see langword="null"/>: none.</param>
    internal async Task AnswerAsync(HttpResponse? answer)
    {
        if (_hasAnswered)
        {
            return;
        }

        _hasAnswered = true;
        if (answer is null)
        {
            return;
        }

        try
        {
            await exchange.SendAsync(answer).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The client does not read.
        }
    }

    /// <summary>Feeds the body until it ends, the feed has enough, or nothing comes for <paramref name="idle"/>.</summary>
    /// <returns>Why it ended, for the log.</returns>
    internal async Task<string> ReadAsync(PushFeed feed, TimeSpan idle, CancellationToken cancellationToken)
    {
        var body = new HttpBodyReader(exchange.Body);
        while (!body.HasEnded)
        {
            using var silent = new CancellationTokenSource(idle, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(silent.Token, cancellationToken);
            ReadResult read;
            try
            {
                read = await exchange.Input.ReadAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                feed.Flush();
                return "it stopped sending";
            }

            string? end = null;
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                for (int at = 0; at < segment.Length && end is null; at += PieceLength)
                {
                    end = Feed(feed, body, segment.Slice(at, Math.Min(PieceLength, segment.Length - at)).Span);
                    await feed.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            exchange.Input.AdvanceTo(read.Buffer.End);
            if (end is not null)
            {
                return end;
            }

            if (read.IsCompleted)
            {
                break;
            }
        }

        IsMalformed = body.IsInvalid;
        return IsMalformed ? "its chunks are malformed" : feed.Complete() ?? "it ended";
    }

    private static string? Feed(PushFeed feed, HttpBodyReader body, ReadOnlySpan<byte> bytes)
    {
        string? end = null;
        while (!bytes.IsEmpty && !body.HasEnded && end is null)
        {
            end = feed.Write(body.Read(ref bytes));
        }

        return end;
    }
}
