using System.IO.Pipelines;
using System.Net.Sockets;

namespace Linnet.Transports.Http.Radio;

/// <summary>Sends short responses and closes their connections so that the responses arrive.</summary>
internal sealed class RadioResponseSender(RadioServerOptions options, TimeProvider time)
{
    // Closing a connection with unread data resets it, and the response may be lost. So the rest of the request is read, up to a limit.
    private const long MaxRest = 64 * 1024;

    private static readonly TimeSpan RestTime = TimeSpan.FromSeconds(2);

    // The most connections to wait for. Above it connections are closed at once: no honest client opens so many.
    private readonly PeerQuota _closing = new(options.MaxWaiting, options.MaxWaitingPerAddress);

    /// <summary>Sends a response, then waits briefly for the client to close.</summary>
    internal async Task SendAsync(RadioConnection connection, byte[] answer)
    {
        Socket socket = connection.Socket;
        try
        {
            using (var patience = new CancellationTokenSource(options.RequestTimeout, time))
            {
                await socket.SendAsync(answer, patience.Token).ConfigureAwait(false);
            }

            socket.Shutdown(SocketShutdown.Send);
            if (_closing.TryEnter(connection.Peer, out _, connection.IsProxy))
            {
                try
                {
                    await DrainAsync(connection.Transport.Input, MaxRest, RestTime, time).ConfigureAwait(false);
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

    /// <summary>Reads what a client still sends, until it closes, has sent too much, or the time is up.</summary>
    internal static async Task DrainAsync(PipeReader input, long most, TimeSpan longest, TimeProvider time)
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
