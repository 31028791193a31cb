using System.Net;
using System.Net.Sockets;

namespace Linnet.Transports;

/// <summary>
/// Connects to whichever address of a host answers first: each is tried, and one that is silent holds up the next for a quarter of a second
/// only.
/// </summary>
/// <remarks>
/// Source: RFC 8305 ("happy eyeballs") §4 for the order, §5 for the pace. The system has sorted the addresses already (RFC 6724); here the
/// families take turns, beginning with that of the first, so that a family without a way out costs one pause and not one for each of its
/// addresses.
/// </remarks>
internal static class AddressRace
{
    /// <summary>How long an address may be silent until the next one is tried beside it (RFC 8305 §5).</summary>
    internal static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Addresses of a host that are tried: as many as can begin within the time that callers give. A host has two or three, a large one a
    /// dozen.
    /// </summary>
    internal const int MaxAddresses = 16;

    /// <summary>
    /// Puts addresses into the order in which they are tried: IPv6 and IPv4 by turns, beginning with the family of the first.
    /// </summary>
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

    /// <summary>Connects to a host by TCP.</summary>
    /// <param name="addresses">The host's, as the system sorts them.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>A connected socket without delay of small packets (Nagle); the caller's.</returns>
    /// <exception cref="SocketException">There are no addresses, or none can be connected to: the error that says most.</exception>
    internal static Task<Socket> ConnectAsync(
        IReadOnlyList<IPAddress> addresses, int port, TimeProvider time, CancellationToken cancellationToken) =>
        ConnectAsync(addresses, (address, token) => ConnectOneAsync(address, port, token), time, cancellationToken);

    /// <summary>The same with another way to connect, for tests.</summary>
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
                // It may have succeeded at the same moment.
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
            socket.NoDelay = true;
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

    // A machine that refuses is there: that tells more than that one of its addresses has no way to it.
    private static int Weight(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => 3,
        SocketError.TimedOut => 2,
        SocketError.NetworkUnreachable or SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable => 0,
        _ => 1,
    };
}
