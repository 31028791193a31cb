using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Linnet.Broadcast.Packets;

/// <summary>
/// Calls the transports' listeners. An exception ends only the listener that threw it: it is marked to be dropped, and the sender thread
/// goes on. Owned by one thread.
/// </summary>
/// <param name="batch">Takes the datagrams.</param>
/// <param name="counters">Counts datagrams.</param>
/// <param name="logger">Logs unexpected failures.</param>
internal sealed class ListenerCalls(SendBatch batch, SenderCounters counters, ILogger logger)
{
    /// <summary>Datagrams to followers that no socket took.</summary>
    internal long Refused { get; private set; }

    internal bool TrySend(Listener listener, PacketItem packet)
    {
        try
        {
            return listener.TrySend(packet, batch);
        }
        catch (Exception e)
        {
            GiveUp(listener, e);
            return false;
        }
    }

    internal bool TryTell(Listener listener, RingItem item)
    {
        try
        {
            return listener.OnItem(item, batch);
        }
        catch (Exception e)
        {
            GiveUp(listener, e);
            return false;
        }
    }

    /// <summary>Tells it what holds where it goes on, as far as it was passed over that.</summary>
    internal bool TryTellWhatHolds(Listener listener)
    {
        while (listener.PassedOverFrom is long from && listener.Ring.FirstThatHolds(from, listener.Next) is RingItem item)
        {
            if (!TryTell(listener, item))
            {
                return false;
            }

            listener.PassedOverFrom = item.Index + 1;
        }

        listener.PassedOverFrom = null;
        return true;
    }

    internal bool TryFlush(Listener listener)
    {
        try
        {
            return listener.TryFlush();
        }
        catch (Exception e)
        {
            GiveUp(listener, e);
            return false;
        }
    }

    internal bool TryWake(Listener listener, long now)
    {
        try
        {
            return listener.TryWake(now);
        }
        catch (Exception e)
        {
            GiveUp(listener, e);
            return false;
        }
    }

    internal void SendReport(Listener listener, long now)
    {
        try
        {
            listener.SendReport(now, batch);
        }
        catch (Exception e)
        {
            GiveUp(listener, e);
        }
    }

    internal void SendEnd(Listener listener)
    {
        try
        {
            listener.SendEnd(batch);
        }
        catch (Exception e)
        {
            GiveUp(listener, e);
        }
    }

    internal void Repair(Listener listener, SenderLoop loop, long now)
    {
        try
        {
            listener.Repair(loop, now, batch);
        }
        catch (Exception e)
        {
            GiveUp(listener, e);
        }
    }

    internal void TellSent(Listener listener, PacketItem newest)
    {
        try
        {
            listener.OnSent(newest);
        }
        catch (Exception e)
        {
            GiveUp(listener, e);
        }
    }

    /// <summary>Tells it that no more will be sent.</summary>
    internal void Finish(Listener listener, DropReason reason)
    {
        if (reason != DropReason.None)
        {
            counters.CountDropped(reason);
        }

        try
        {
            listener.OnFinished(reason);
        }
        catch (Exception e)
        {
            logger.SendingFailed(e, listener.Remote);
        }
    }

    /// <summary>Where it takes packets as they are; see <see cref="Listener.PlainRoute"/>.</summary>
    internal (IDatagramSender Sender, SocketAddress To, PacketFraming Framing)? PlainRoute(Listener listener)
    {
        try
        {
            return listener.PlainRoute;
        }
        catch (Exception e)
        {
            GiveUp(listener, e);
            return null;
        }
    }

    /// <summary>Sends a packet to all followers. A datagram that the socket does not accept is lost, as on any network.</summary>
    internal void Send(LiveEdgeFan followers, PacketItem packet)
    {
        // Earlier packets to single listeners leave first.
        batch.Flush();
        int taken = 0;
        try
        {
            taken = followers.Send(packet);
        }
        catch (Exception e)
        {
            counters.CountFault(e, logger);
        }

        Refused += followers.Count - taken;
        counters.CountSent(taken);
    }

    /// <summary>Marks a listener to be given up.</summary>
    internal void GiveUp(Listener listener, Exception problem)
    {
        if (listener.Dropped != DropReason.None)
        {
            return;
        }

        bool isGone = problem is SocketException or ObjectDisposedException;
        listener.Drop(isGone ? DropReason.Disconnected : DropReason.Failed);
        if (!isGone)
        {
            logger.SendingFailed(problem, listener.Remote);
        }
    }
}
