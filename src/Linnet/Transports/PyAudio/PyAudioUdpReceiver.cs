using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Linnet.Broadcast.Packets;
using Linnet.Receive;
using Linnet.Transports.Rtp;
using Linnet.Wire.PyAudio;

namespace Linnet.Transports.PyAudio;

/// <summary>
/// Receives from a server of the PyAudio tutorial's UDP format: sends Hello until audio arrives, and accepts datagrams only from it.
/// </summary>
internal sealed class PyAudioUdpReceiver : PyAudioReceiver
{
    // Bytes, however short the datagrams are: more audio than any receiver keeps.
    private const int MaxWaiting = 4 << 20;
    private const int CostOfAny = 64;

    // Datagrams in a row that are not whole frames: one may be damaged or forged, so many mean another format than the given one.
    private const int MaxCut = 10;
    private const int KernelBuffer = 4 << 20;

    private readonly UdpSocket _socket;
    private readonly OutgoingDatagram[] _hellos;
    private readonly CancellationTokenSource _closing = new();
    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private Task _receiving = Task.CompletedTask;
    private int _asked = 1;                                // number of addresses that were sent a Hello
    private SocketAddress? _server;                        // the one that answered first
    private long _helloAt;
    private long _strangers;
    private long _waiting;

    private PyAudioUdpReceiver(UdpSocket socket, IPEndPoint[] servers, PyAudioReceiverOptions options, TimeProvider time, Random random)
        : base(options, time, random)
    {
        _socket = socket;
        _hellos = [.. servers.Select(server => new OutgoingDatagram(socket.AddressOf(server), PyAudioHello.Datagram.ToArray()))];
    }

    /// <inheritdoc/>
    public override StationTransport Transport => StationTransport.Udp;

    /// <summary>Says Hello until the server answers.</summary>
    internal static async Task<PyAudioUdpReceiver> OpenAsync(
        PyAudioReceiverOptions options, TimeProvider time, Random random, CancellationToken cancellationToken)
    {
        IPEndPoint[] servers = await ResolveAsync(options, cancellationToken).ConfigureAwait(false);
        IPAddress any =
            Array.Exists(servers, static s => s.AddressFamily == AddressFamily.InterNetworkV6) ? IPAddress.IPv6Any : IPAddress.Any;
        UdpSocket socket = UdpSocket.Bind(new IPEndPoint(any, 0), KernelBuffer);
        if (socket.LocalEndPoint.AddressFamily == AddressFamily.InterNetwork)
        {
            // There is no IPv6 on this machine.
            servers = Array.FindAll(servers, static s => s.AddressFamily == AddressFamily.InterNetwork) is { Length: > 0 } reachable
                ? reachable : servers;
        }

        var receiver = new PyAudioUdpReceiver(socket, servers, options, time, random);
        receiver._receiving = receiver._socket.ReceiveAsync(receiver.OnDatagram, receiver._closing.Token);
        try
        {
            await receiver.WaitAsync(mayHaveEnded: false, cancellationToken).ConfigureAwait(false);
            return receiver;
        }
        catch
        {
            await receiver.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async Task RunAsync(IRtpSink sink, CancellationToken cancellationToken)
    {
        UntimedStream stream = StreamTo(sink);
        int empty = 0;
        (int inARow, int length) cut = default;
        while (empty < EmptyInARow && await WaitAsync(mayHaveEnded: empty > 0, cancellationToken).ConfigureAwait(false))
        {
            for (long strangers = Interlocked.Exchange(ref _strangers, 0); strangers > 0; strangers--)
            {
                sink.OnRefused(true);
            }

            while (empty < EmptyInARow && _arrivals.Reader.TryRead(out Arrival arrival))
            {
                Interlocked.Add(ref _waiting, -arrival.Cost);
                if (arrival.Sound.Length == 0)
                {
                    empty++;
                }
                else if (stream.Add(arrival.Sound, arrival.At))
                {
                    (empty, cut) = (0, default);
                }
                else if ((cut = (cut.inARow + 1, arrival.Sound.Length)).inARow >= MaxCut)
                {
                    // Where bytes may be missing, it is unknown which byte starts a frame.
                    throw PyAudioException.NotFrames(Options.Address, cut.length, Options.Format);
                }
            }
        }

        if (!stream.HasBegun)
        {
            throw cut.inARow > 0
                ? PyAudioException.NotFrames(Options.Address, cut.length, Options.Format) : PyAudioException.Empty(Options.Address);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _closing.Dispose();
    }

    private static async Task<IPEndPoint[]> ResolveAsync(PyAudioReceiverOptions options, CancellationToken cancellationToken)
    {
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(options.Address.Host, cancellationToken).ConfigureAwait(false);

            // The tutorial's server supports only IPv4, and one player: so that family is first.
            IPAddress[] order = AddressRace.Order([.. addresses.OrderBy(static a => a.AddressFamily != AddressFamily.InterNetwork)]);
            return order.Length == 0
                ? throw new SocketException((int)SocketError.HostNotFound)
                : [.. order.Take(AddressRace.MaxAddresses).Select(address => new IPEndPoint(address, options.Address.Port))];
        }
        catch (SocketException e)
        {
            throw PyAudioException.ToConnect(options.Address, e, PyAudioReceiverOptions.ConnectTimeout);
        }
    }

    /// <summary>Called for each datagram, on a thread of the pool.</summary>
    private void OnDatagram(ReadOnlySpan<byte> datagram, SocketAddress from)
    {
        if (!IsServer(from))
        {
            Interlocked.Increment(ref _strangers);
        }
        else if (Volatile.Read(ref _waiting) < MaxWaiting)
        {
            var arrival = new Arrival(datagram.ToArray(), Time.GetTimestamp());
            Interlocked.Add(ref _waiting, arrival.Cost);
            _arrivals.Writer.TryWrite(arrival);
        }
    }

    // The address that answers first is the server from then on.
    private bool IsServer(SocketAddress from)
    {
        if (_server is not null)
        {
            return from.Equals(_server);
        }

        foreach (OutgoingDatagram hello in _hellos.AsSpan(0, Volatile.Read(ref _asked)))
        {
            if (from.Equals(hello.To))
            {
                Volatile.Write(ref _server, hello.To);
                return true;
            }
        }

        return false;
    }

    /// <summary>Waits until a datagram is there, and says Hello meanwhile and now and then.</summary>
    /// <returns><see langword="false"/>: none is, and since the last was empty that was the end.</returns>
    /// <exception cref="PyAudioException">None came for too long.</exception>
    private async ValueTask<bool> WaitAsync(bool mayHaveEnded, CancellationToken cancellationToken)
    {
        long since = Time.GetTimestamp();
        Task<bool> waiting = _arrivals.Reader.WaitToReadAsync(cancellationToken).AsTask();
        SayHello(PyAudioReceiverOptions.RenewInterval);
        while (true)
        {
            bool hasNext = Volatile.Read(ref _server) is null && _asked < _hellos.Length;
            TimeSpan patience = mayHaveEnded ? Options.EndPatience
                : hasNext && AddressRace.AttemptDelay < Options.HelloInterval ? AddressRace.AttemptDelay
                : Options.HelloInterval;
            try
            {
                await waiting.WaitAsync(patience, Time, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (TimeoutException) when (mayHaveEnded)
            {
                return false;
            }
            catch (TimeoutException) when (Time.GetElapsedTime(since) >= Options.SilencePatience)
            {
                throw PyAudioException.Silent(Options.Address, Options.SilencePatience);
            }
            catch (TimeoutException) when (hasNext)
            {
                // Those that were asked are silent so far: the next address is asked beside them.
                Volatile.Write(ref _asked, _asked + 1);
                _socket.Send(_hellos.AsSpan(_asked - 1, 1));
            }
            catch (TimeoutException)
            {
                SayHello(TimeSpan.Zero);
            }
        }
    }

    /// <summary>Says Hello to the server, or to all addresses that may be it, if the last one is old enough.</summary>
    private void SayHello(TimeSpan interval)
    {
        long now = Time.GetTimestamp();
        if (_helloAt == 0 || Time.GetElapsedTime(_helloAt, now) >= interval)
        {
            _helloAt = now;
            SocketAddress? server = Volatile.Read(ref _server);
            _socket.Send(Array.FindAll(_hellos[.._asked], hello => server is null || hello.To.Equals(server)));
        }
    }

    private readonly record struct Arrival(byte[] Sound, long At)
    {
        public int Cost => Sound.Length + CostOfAny;
    }
}
