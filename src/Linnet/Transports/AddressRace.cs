using System.Net;
using System.Net.Sockets;

namespace Linnet.Transports;

/// <summary>
/// Connects to the address of a host that answers first. Attempts overlap: a silent address delays the next one by only a quarter of a
/// second.
/// </summary>
/// <remarks>
/// Source: RFC 8305 ("happy eyeballs") §4 for the order, §5 for the pace. The system has sorted the addresses already (RFC 6724). Here the
/// address families alternate, starting with the family of the first address, so a family without a route costs one pause, not one per
/// address.
/// </remarks>
internal static class AddressRace
{
    /// <summary>How long an address may stay silent before the next one is tried in parallel (RFC 8305 §5).</summary>
    internal static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The most addresses of a host to try: as many as can start within the callers' timeouts. A host usually has two or three, a large one
    /// a dozen.
    /// </summary>
    internal const int MaxAddresses = 16;

    /// <summary>Sorts addresses into the order of attempts: IPv6 and IPv4 alternate, starting with the family of the first.</summary>
    internal static IPAddress[] Order(IReadOnlyList<IPAddress> addresses)
    {
        IPAddress[] distinct = [.. addresses.Distinct()];
        if (distinct.Length == 0)
        {
            return distinct;
        }

        AddressFamily first = distinct[0].AddressFamily;
        IPAddress[] ones = Array.FindAll(distinct, a => a.AddressFamily == first);
        IPAddress[] others = Array.FindAll(distinct, a => a.AddressFamily != first);
        int pairs = Math.Min(ones.Length, others.Length);
        return [.. ones.Take(pairs).Zip(others).SelectMany(static pair => new[] { pair.First, pair.Second }), .. ones.Skip(pairs),
            .. others.Skip(pairs)];
    }

    /// <summary>Connects to a host over TCP.</summary>
    /// <param name="addresses">The host's addresses, in the system's order.</param>
    /// <param name="port">The port to connect to.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels all attempts.</param>
    /// <returns>A connected socket with Nagle's algorithm off; the caller owns it.</returns>
    /// <exception cref="SocketException">There are no addresses, or every attempt failed: carries the most informative error.</exception>
    internal static Task<Socket> ConnectAsync(
        IReadOnlyList<IPAddress> addresses, int port, TimeProvider time, CancellationToken cancellationToken) =>
        ConnectAsync(addresses, (address, token) => ConnectOneAsync(address, port, token), time, cancellationToken);

    /// <summary>Same, with another way to connect, for tests.</summary>
    internal static async Task<T> ConnectAsync<T>(
        IReadOnlyList<IPAddress> addresses, Func<IPAddress, CancellationToken, Task<T>> connectAsync, TimeProvider time,
        CancellationToken cancellationToken)
        where T : class, IDisposable
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = new Queue<IPAddress>(Order(addresses).Take(MaxAddresses));
        var running = new List<Task<T>>();
        SocketException? problem = null;
        try
        {
            while (running.Count > 0 || waiting.Count > 0)
            {
                if (waiting.TryDequeue(out IPAddress? next))
                {
                    running.Add(connectAsync(next, over.Token));
                }

                using var pause = CancellationTokenSource.CreateLinkedTokenSource(over.Token);
                Task silence = Task.Delay(waiting.Count > 0 ? AttemptDelay : Timeout.InfiniteTimeSpan, time, pause.Token);
                Task ended = await Task.WhenAny([silence, .. running]).ConfigureAwait(false);
                await pause.CancelAsync().ConfigureAwait(false);
                if (ended is not Task<T> attempt)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
                }

                running.Remove(attempt);
                try
                {
                    return await attempt.ConfigureAwait(false);
                }
                catch (SocketException e)
                {
                    problem = problem is null || Weight(e) > Weight(problem) ? e : problem;
                }
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            foreach (Task<T> late in running)
            {
                // It may have connected at the same moment.
                _ = late.ContinueWith(
                    static t => _ = t.IsCompletedSuccessfully ? Dispose(t.Result) : t.Exception,
                    CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        throw problem ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static async Task<Socket> ConnectOneAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.TrySetNoDelay();
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static object? Dispose(IDisposable late)
    {
        late.Dispose();
        return null;
    }

    // A refusal means that the machine is there. That is more informative than an address without a route.
    private static int Weight(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => 3,
        SocketError.TimedOut => 2,
        SocketError.NetworkUnreachable or SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable => 0,
        _ => 1,
    };
}
