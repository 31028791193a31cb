using System.IO.Pipelines;
using System.Net.Sockets;

namespace Linnet.Transports.Http.Radio;

/// <summary>Sends short answers and ends their connections, so that the answers arrive.</summary>
internal sealed class RadioResponseSender(RadioServerOptions options, TimeProvider time)
{
    // A connection that is closed with something unread is reset, and with that the answer may be lost: so the rest is read, but not all of
    // it.
    private const long MaxRest = 64 * 1024;

    private static readonly TimeSpan RestTime = TimeSpan.FromSeconds(2);

    // Who is waited for. Beyond that a connection is closed at once: whoever opens so many has had more answers than anybody reads.
    private readonly PeerQuota _closing = new(options.MaxWaiting, options.MaxWaitingPerAddress);

    /// <summary>Sends an answer and waits, not for long, until the client has closed.</summary>
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
            // It has left.
        }
    }

    /// <summary>Reads what a client still says until it closes, has said too much, or time is up.</summary>
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
