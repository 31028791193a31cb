using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Linnet.Tests.Relay;

/// <summary>A TCP port before another one of 127.0.0.1, which passes on everything later, in each direction.</summary>
internal sealed class DelayingProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private readonly TimeSpan _delay;
    private readonly Task _accepting;

    internal DelayingProxy(int port, TimeSpan delay)
    {
        (_port, _delay) = (port, delay);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal string Address => $"nats://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting.ContinueWith(static _ => { }, TaskScheduler.Default);
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient near = await _listener.AcceptTcpClientAsync(_ending.Token);
            _ = RelayAsync(near);
        }
    }

    private async Task RelayAsync(TcpClient near)
    {
        using var far = new TcpClient { NoDelay = true };
        using (near)
        {
            near.NoDelay = true;
            await far.ConnectAsync(IPAddress.Loopback, _port, _ending.Token);
            await Task.WhenAny(PassAsync(near.GetStream(), far.GetStream()), PassAsync(far.GetStream(), near.GetStream()));
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        Channel<(long DueAt, byte[] Bytes)> underway = Channel.CreateUnbounded<(long, byte[])>();
        Task reading = ReadAsync(from, underway.Writer);
        await foreach ((long dueAt, byte[] bytes) in underway.Reader.ReadAllAsync(_ending.Token))
        {
            TimeSpan left = TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), dueAt);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, TimeProvider.System, _ending.Token);
            await to.WriteAsync(bytes, _ending.Token);
        }

        await reading;
    }

    private async Task ReadAsync(NetworkStream from, ChannelWriter<(long, byte[])> underway)
    {
        byte[] buffer = new byte[65_536];
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, _ending.Token)) > 0;)
            {
                long dueAt = TimeProvider.System.GetTimestamp() + (long)(_delay.TotalSeconds * TimeProvider.System.TimestampFrequency);
                underway.TryWrite((dueAt, buffer[..read]));
            }
        }
        finally
        {
            underway.TryComplete();
        }
    }
}
