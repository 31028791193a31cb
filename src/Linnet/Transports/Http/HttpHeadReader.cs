using System.Buffers;
using System.IO.Pipelines;
using Linnet.Broadcast;
using Linnet.Transports.Http.Radio;
using Linnet.Wire.Http;
using Linnet.Wire.Proxy;

namespace Linnet.Transports.Http;

/// <summary>What came of reading a request's head.</summary>
/// <param name="Head">The head, if there is one. It was not consumed.</param>
/// <param name="Refusal">Why there is no head.</param>
/// <param name="Malformed">The fault, if the head is malformed. Nothing was consumed.</param>
internal readonly record struct HttpHeadResult(HttpRequestHead? Head, RadioRefusal? Refusal, HttpRefusal? Malformed);

/// <summary>Reads the heads of connections' first requests, from peers that may be slow, endless or silent.</summary>
/// <param name="options">Limits.</param>
/// <param name="waiting">Connections whose request is incomplete.</param>
/// <param name="time">The clock.</param>
internal sealed class HttpHeadReader(RadioServerOptions options, WaitingRoom waiting, TimeProvider time)
{
    // As in Kestrel: a request that is refused here goes on to Kestrel, where it must not be taken for a missing page.
    internal static readonly HttpLimits Limits = new() { MaxStartLine = 8 * 1024, MaxHeaderLine = 16 * 1024, MaxHead = 16 * 1024 };

    /// <summary>Reads a head, and leaves it unconsumed.</summary>
    /// <param name="input">The connection's bytes.</param>
    /// <param name="peer">The client's address.</param>
    /// <param name="isProxy">Whether that is a trusted proxy, so that the request may come from any client.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async ValueTask<HttpHeadResult> ReadAsync(
        PipeReader input, PeerAddress peer, bool isProxy, CancellationToken cancellationToken)
    {
        using WaitingRoom.Place? place = waiting.TryEnter(peer, input.CancelPendingRead, isProxy);
        if (place is null)
        {
            return new HttpHeadResult(null, RadioRefusal.TooManyWaiting, null);
        }

        // Most heads arrive whole with the first read.
        long seen = 0;
        if (input.TryRead(out ReadResult first))
        {
            seen = first.Buffer.Length;
            if (Take(input, first, 0) is HttpHeadResult request)
            {
                return request;
            }
        }

        return await WaitAsync(input, seen, place, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<HttpHeadResult> WaitAsync(
        PipeReader input, long seen, WaitingRoom.Place place, CancellationToken cancellationToken)
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
                return new HttpHeadResult(null, place.GaveWay ? RadioRefusal.GaveWay : RadioRefusal.TooSlow, null);
            }

            long length = read.Buffer.Length;
            if (Take(input, read, seen) is HttpHeadResult request)
            {
                return request;
            }

            seen = length;
        }

        return new HttpHeadResult(null, RadioRefusal.GaveWay, null);
    }

    /// <summary>Looks at what has come; <see langword="null"/> if more must.</summary>
    private static HttpHeadResult? Take(PipeReader input, in ReadResult read, long seen)
    {
        ReadOnlySequence<byte> buffer = read.Buffer;
        if (ProxyHeader.IsAt(buffer))
        {
            // A trusted proxy's has been read before.
            input.AdvanceTo(buffer.End);
            return new HttpHeadResult(null, RadioRefusal.ProxyNotTrusted, null);
        }

        // A head that arrives byte by byte is not parsed from its start for each byte.
        bool mayBeWhole =
            buffer.Length > Limits.MaxHead || buffer.Slice(Math.Min(seen, buffer.Length)).PositionOf((byte)'\n') is not null;
        HttpRequestHead? head = null;
        HttpRefusal? malformed = null;
        HttpReadResult result =
            mayBeWhole ? HttpRequestHead.TryParse(buffer, Limits, out head, out malformed) : HttpReadResult.NeedMore;
        if (result is HttpReadResult.NeedMore)
        {
            input.AdvanceTo(buffer.Start, buffer.End);
            return read.IsCompleted ? new HttpHeadResult(null, RadioRefusal.Left, null) : null;
        }

        input.AdvanceTo(buffer.Start, buffer.Start);
        return new HttpHeadResult(head, head is null ? RadioRefusal.Malformed : null, malformed);
    }
}
