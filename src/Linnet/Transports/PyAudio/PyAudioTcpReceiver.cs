using System.Net;
using System.Net.Sockets;
using Linnet.Receive;
using Linnet.Transports.Rtp;
using Linnet.Wire;
using Linnet.Wire.PyAudio;
using Microsoft.Extensions.Logging;

namespace Linnet.Transports.PyAudio;

/// <summary>
/// Receives from a server of the PyAudio tutorial's TCP format, as fast as it sends or as there is room, whichever is slower.
/// </summary>
internal sealed class PyAudioTcpReceiver : PyAudioReceiver
{
    private const int FirstBuffer = 16 * 1024;
    private const int KeepAliveSeconds = 10;
    private const int KeepAliveTries = 3;

    private readonly Socket _socket;
    private readonly ILogger _logger;
    private readonly ByteWindow _window = new(FirstBuffer, PyAudioMessage.MaxLength);

    private PyAudioTcpReceiver(Socket socket, PyAudioReceiverOptions options, TimeProvider time, Random random, ILogger logger)
        : base(options, time, random) => (_socket, _logger) = (socket, logger);

    /// <inheritdoc/>
    public override StationTransport Transport => StationTransport.Tcp;

    /// <inheritdoc/>
    public override bool MayComeQueued => true;

    internal static async Task<PyAudioTcpReceiver> OpenAsync(
        PyAudioReceiverOptions options, TimeProvider time, Random random, ILogger logger, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(PyAudioReceiverOptions.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        Socket? socket = null;
        try
        {
            IPAddress[] hosts = await Dns.GetHostAddressesAsync(options.Address.Host, either.Token).ConfigureAwait(false);
            socket = await AddressRace.ConnectAsync(hosts, options.Address.Port, time, either.Token).ConfigureAwait(false);
            // We send nothing, so only this notices a server that has vanished without a word before its silence is reported.
            socket.TryKeepAlive(KeepAliveSeconds, KeepAliveTries);
            return new PyAudioTcpReceiver(socket, options, time, random, logger);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            socket?.Dispose();
            throw PyAudioException.ToConnect(options.Address, e as SocketException, PyAudioReceiverOptions.ConnectTimeout);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task RunAsync(IRtpSink sink, CancellationToken cancellationToken)
    {
        UntimedStream stream = StreamTo(sink);
        int empty = 0;

        // It may be paused: reconnecting would be worse, for the tutorial's server serves one player and ends with it.
        using ITimer silence = Time.CreateTimer(
            _ => _logger.ServerIsSilent(Options.Address, Options.SilencePatience.TotalSeconds), null, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        while (empty < EmptyInARow)
        {
            if (!TryRead(sink, out ReadOnlyMemory<byte> sound))
            {
                silence.Change(Options.SilencePatience, Timeout.InfiniteTimeSpan);
                bool hasMore = await TryFillAsync(empty > 0, cancellationToken).ConfigureAwait(false);
                silence.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                if (!hasMore)
                {
                    if (!stream.HasBegun && empty == 0)
                    {
                        throw PyAudioException.Refused(Options.Address);
                    }

                    // A server that sends a file as fast as it is read has reached its end. One that sends in real time first sends an
                    // empty message.
                    if (empty == 0 && stream.IsPaced)
                    {
                        throw PyAudioException.Stopped(Options.Address);
                    }

                    break;
                }
            }
            else if (sound.IsEmpty)
            {
                empty++;
            }
            else
            {
                empty = 0;
                await stream.AddWithRoomAsync(sound, cancellationToken).ConfigureAwait(false);
            }
        }

        if (!stream.HasBegun)
        {
            throw PyAudioException.Empty(Options.Address);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Takes the next message out of the buffer, if it is whole.</summary>
    /// <param name="sink">Counts malformed messages.</param>
    /// <param name="sound">Its audio, in the buffer.</param>
    private bool TryRead(IRtpSink sink, out ReadOnlyMemory<byte> sound)
    {
        sound = default;
        switch (PyAudioMessage.Read(_window.Bytes, out PyAudioMessage message))
        {
            case PyAudioReadResult.Done:
                sound = _window.Memory.Slice(message.Start, message.Sound.Length);
                _window.Consume(message.Length);
                return true;
            case PyAudioReadResult.Invalid:
                sink.OnRefused(false);
                throw PyAudioException.NotPyAudio(Options.Address);
            default:
                return false;
        }
    }

    /// <summary>
    /// Reads more. <see langword="false"/>: the server has closed the connection after a whole message, or perhaps is only silent after
    /// an empty one.
    /// </summary>
    private async ValueTask<bool> TryFillAsync(bool mayHaveEnded, CancellationToken cancellationToken)
    {
        Memory<byte> room = _window.MakeRoom();
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var patience = mayHaveEnded ? new CancellationTokenSource(Options.EndPatience, Time) : null;
        using CancellationTokenRegistration registration = patience?.Token.Register(late.Cancel) ?? default;
        int count;
        try
        {
            count = await _socket.ReceiveAsync(room, SocketFlags.None, late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (SocketException e)
        {
            throw PyAudioException.Broken(Options.Address, e);
        }

        if (count == 0 && _window.Count > 0)
        {
            throw PyAudioException.Broken(Options.Address);
        }

        _window.Add(count);
        return count > 0;
    }
}
