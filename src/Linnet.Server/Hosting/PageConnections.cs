using Microsoft.AspNetCore.Connections;

namespace Linnet.Server.Hosting;

/// <summary>Lets in so many connections for pages, that listeners' connections never want for room because of them.</summary>
internal sealed class PageConnections(int most)
{
    private int _open;
    private long _refused;

    internal long Refused => Volatile.Read(ref _refused);

    internal ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        if (Interlocked.Increment(ref _open) > most)
        {
            Interlocked.Decrement(ref _open);
            Interlocked.Increment(ref _refused);
            connection.Abort();
            return;
        }

        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };
}
