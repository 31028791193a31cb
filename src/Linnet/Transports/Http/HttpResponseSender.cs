using System.IO.Pipelines;
using System.Net.Sockets;
using Linnet.Broadcast;
using Linnet.Transports.Http.Radio;

namespace Linnet.Transports.Http;

/// <summary>Sends short responses and closes their connections so that the responses arrive.</summary>
internal sealed class HttpResponseSender(RadioServerOptions options, TimeProvider time)
{
    // Closing a connection with unread data resets it, and the response may be lost. So the rest of the request is read, up to a limit.
    private const long MaxRest = 64 * 1024;

    // A player sends nothing more.
    private const long MaxSaid = 16 * 1024;

    private static readonly TimeSpan RestTime = TimeSpan.FromSeconds(2);

    // The most connections to wait for. Above it connections are closed at once: no honest client opens so many.
    private readonly PeerQuota _closing = new(options.MaxWaiting, options.MaxWaitingPerAddress);

    /// <summary>Sends a response, then waits briefly for the client to close.</summary>
    internal async Task SendAsync(HttpConnection connection, byte[] answer)
    {
        try
        {
            using (var patience = new CancellationTokenSource(options.RequestTimeout, time))
            {
                await connection.Output.SendAllAsync(answer, patience.Token).ConfigureAwait(false);
            }

            connection.Output.Shutdown();
            if (connection.Output.CanHalfClose && _closing.TryEnter(connection.Peer, out _, connection.IsProxy))
            {
                try
                {
                    await DrainAsync(connection.Transport.Input, MaxRest, RestTime).ConfigureAwait(false);
                }
                finally
                {
                    _closing.Leave(connection.Peer);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has disconnected.
        }
    }

    /// <summary>Reads what a player still says after its last sound, until it closes, has said too much, or time is up.</summary>
    internal Task DrainAsync(PipeReader input, TimeSpan longest) => DrainAsync(input, MaxSaid, longest);

    /// <summary>Sends the last bytes of a body.</summary>
    /// <returns><see langword="false"/>: there was no room for them in time.</returns>
    internal async Task<bool> TrySendAsync(ConnectionOutput output, ReadOnlyMemory<byte> bytes, TimeSpan longest)
    {
        using var patience = new CancellationTokenSource(longest, time);
        try
        {
            await output.SendAllAsync(bytes, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits, but not for long, until an output has sent all.</summary>
    internal async Task FlushAsync(ConnectionOutput output, TimeSpan longest)
    {
        using var patience = new CancellationTokenSource(longest, time);
        await output.FlushAsync(patience.Token).ConfigureAwait(false);
    }

    /// <summary>Reads what a client still says until it closes, has said too much, or time is up.</summary>
    private async Task DrainAsync(PipeReader input, long most, TimeSpan longest)
    {
        using var patience = new CancellationTokenSource(longest, time);
        using CancellationTokenRegistration over =
            patience.Token.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), input);
        long said = 0;
        while (said < most && !patience.IsCancellationRequested)
        {
            ReadResult read = await input.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            said += read.Buffer.Length;
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
