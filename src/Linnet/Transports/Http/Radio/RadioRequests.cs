using System.Buffers;
using System.IO.Pipelines;
using Linnet.Broadcast;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;

namespace Linnet.Transports.Http.Radio;

/// <summary>What came of reading a request's head.</summary>
/// <param name="Head">The head, if there is one.</param>
/// <param name="IsOurs">Whether it is ours to answer, or to end. If not, nothing was consumed.</param>
/// <param name="Refusal">Why there is no head.</param>
/// <param name="Malformed">What is wrong with it, if that is why.</param>
internal readonly record struct RadioRequest(HttpRequestHead? Head, bool IsOurs, RadioRefusal? Refusal, HttpRefusal? Malformed);

/// <summary>Reads the heads of requests, from peers that may be slow, endless or silent.</summary>
internal sealed class RadioRequests(RadioServerOptions options, TimeProvider time)
{
    /// <summary>Connections whose request is not whole yet.</summary>
    internal WaitingRoom Waiting { get; } = new(options.MaxWaiting, options.MaxWaitingPerAddress, time);

    /// <summary>Reads a head. What is not ours is left unread.</summary>
    /// <param name="input">The connection's bytes.</param>
    /// <param name="peer">Whose.</param>
    /// <param name="isProxy">Whether that is a trusted proxy, so that it may be anybody's.</param>
    /// <param name="isOurs">Whether a request is ours to answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async ValueTask<RadioRequest> ReadAsync(
        PipeReader input, PeerAddress peer, bool isProxy, Func<HttpRequestHead, bool> isOurs, CancellationToken cancellationToken)
    {
        using WaitingRoom.Place? place = Waiting.TryEnter(peer, input.CancelPendingRead, isProxy);
        if (place is null)
        {
            return new RadioRequest(null, true, RadioRefusal.TooManyWaiting, null);
        }

        // Most come whole with the first read.
        long seen = 0;
        if (input.TryRead(out ReadResult first))
        {
            seen = first.Buffer.Length;
            if (Take(input, first, 0, isOurs) is RadioRequest request)
            {
                return request;
            }
        }

        return await WaitAsync(input, seen, isOurs, place, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<RadioRequest> WaitAsync(
        PipeReader input, long seen, Func<HttpRequestHead, bool> isOurs, WaitingRoom.Place place, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.RequestTimeout, time);
        using CancellationTokenRegistration over =
            patience.Token.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), input);
        while (!place.GaveWay)
        {
            ReadResult read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.IsCanceled)
            {
                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                return new RadioRequest(null, true, place.GaveWay ? RadioRefusal.GaveWay : RadioRefusal.TooSlow, null);
            }

            long length = read.Buffer.Length;
            if (Take(input, read, seen, isOurs) is RadioRequest request)
            {
                return request;
            }

            seen = length;
        }

        return new RadioRequest(null, true, RadioRefusal.GaveWay, null);
    }

    /// <summary>Looks at what has come; <see langword="null"/> if more must.</summary>
    private RadioRequest? Take(PipeReader input, in ReadResult read, long seen, Func<HttpRequestHead, bool> isOurs)
    {
        ReadOnlySequence<byte> buffer = read.Buffer;
        if (ProxyHeader.IsAt(buffer))
        {
            // A trusted proxy's has been read before.
            input.AdvanceTo(buffer.End);
            return new RadioRequest(null, true, RadioRefusal.ProxyNotTrusted, null);
        }

        // Whoever sends byte by byte does not make us read the whole again for each.
        bool mayBeWhole =
            buffer.Length > options.Request.MaxHead || buffer.Slice(Math.Min(seen, buffer.Length)).PositionOf((byte)'\n') is not null;
        HttpRequestHead? head = null;
        HttpRefusal? malformed = null;
        HttpReadResult result =
            mayBeWhole ? HttpRequestHead.TryParse(buffer, options.Request, out head, out malformed) : HttpReadResult.NeedMore;
        if (result is HttpReadResult.NeedMore)
        {
            input.AdvanceTo(buffer.Start, buffer.End);
            return read.IsCompleted ? new RadioRequest(null, true, RadioRefusal.Left, null) : null;
        }

        bool ours = head is not null && isOurs(head);
        if (ours)
        {
            input.AdvanceTo(buffer.GetPosition(head!.Length));
        }
        else
        {
            input.AdvanceTo(buffer.Start, buffer.Start);
        }

        return new RadioRequest(head, ours, head is null ? RadioRefusal.Malformed : null, malformed);
    }
}
