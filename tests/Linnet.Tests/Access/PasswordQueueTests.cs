using System.Net;
using Linnet.Access;
using Linnet.Broadcast;

namespace Linnet.Tests.Access;

public class PasswordQueueTests
{
    private readonly PasswordQueue _queue = new();

    [Fact]
    public void Networks_alternate_and_lower_ranks_go_first()
    {
        foreach (string attempt in (string[])["a1", "a2", "a3", "b4", "c5", "b6"])
        {
            Assert.Null(_queue.Add(Attempt(attempt)));
        }

        Assert.Null(_queue.Add(Attempt("d7", rank: -1)));
        Assert.Equal(["d7", "a1", "b4", "c5", "a2"], Enumerable.Range(0, 5).Select(_ => NameOf(_queue.TakeNext()!)));

        // A late one goes before the second turns of earlier networks.
        Assert.Null(_queue.Add(Attempt("e8")));
        Assert.Equal(["b6", "e8", "a3"], Enumerable.Range(0, 3).Select(_ => NameOf(_queue.TakeNext()!)));
        Assert.Null(_queue.TakeNext());
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void The_places_of_a_network_are_limited_and_its_last_one_is_displaced_by_a_lower_rank()
    {
        for (int i = 0; i < PasswordQueue.MaxPerNetwork; i++)
        {
            Assert.Null(_queue.Add(Attempt("a" + i)));
        }

        PasswordTry same = Attempt("a98");
        Assert.Same(same, _queue.Add(same));
        Assert.Null(_queue.Add(Attempt("b1")));
        Assert.Equal("a15", NameOf(_queue.Add(Attempt("a99", rank: -2))!));
        Assert.Equal("a99", NameOf(_queue.TakeNext()!));
        Assert.Equal(PasswordQueue.MaxPerNetwork, _queue.Count);
    }

    [Fact]
    public void A_full_queue_admits_a_lower_rank_and_drops_from_the_network_with_the_most_places()
    {
        for (int i = 0; i < PasswordQueue.MaxPerNetwork; i++)
        {
            _queue.Add(Attempt("a" + i, rank: 5));
        }

        for (int i = _queue.Count; i < PasswordQueue.MaxWaiting; i++)
        {
            Assert.Null(_queue.Add(Attempt("b" + i, network: 1000 + i, rank: 5)));
        }

        Assert.Equal("a15", NameOf(_queue.Add(Attempt("c1", rank: 5))!));
        PasswordTry worse = Attempt("d1", rank: 6);
        Assert.Same(worse, _queue.Add(worse));
        Assert.Equal("a14", NameOf(_queue.Add(Attempt("d2", rank: 4))!));
        Assert.Equal(PasswordQueue.MaxWaiting, _queue.Count);
        Assert.Equal("d2", NameOf(_queue.TakeNext()!));
    }

    [Fact]
    public void A_removed_password_is_not_taken_and_removing_it_twice_is_harmless()
    {
        PasswordTry gone = Attempt("a1");
        _queue.Add(gone);
        _queue.Add(Attempt("a2"));
        _queue.Remove(gone);
        _queue.Remove(gone);

        Assert.Equal("a2", NameOf(_queue.TakeNext()!));
        Assert.Null(_queue.TakeNext());
    }

    // A letter for the network, a number for the password.
    private static PasswordTry Attempt(string name, int? network = null, int rank = 0) => new()
    {
        Network = PeerAddress.Of(new IPAddress((network ?? name[0]) * 0x1_0000L)),
        Claim = new PasswordClaim(name, default),
        Mac = default,
        At = default,
        Rank = rank,
    };

    private static string NameOf(PasswordTry attempt) => attempt.Claim.Account;
}
