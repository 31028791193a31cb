using Linnet.Relay.Leases;

namespace Linnet.Tests.Relay.Leases;

/// <summary>Nodes that ask one simulated NATS server for a lease, in milliseconds of simulated time.</summary>
internal sealed class LeaseCluster
{
    private const long EntryTime = 2000;
    private const long AnswerTime = 1000;

    private readonly Random _random;
    private readonly Node[] _nodes;
    private long _now;
    private ulong _revision;
    private int _owner = -1;
    private ulong _entry;
    private long _entryEnds;

    internal LeaseCluster(int nodes, int seed)
    {
        _random = new Random(seed);
        _nodes = [.. Enumerable.Range(0, nodes).Select(_ => new Node { OpensAt = _random.Next(500) })];
    }

    /// <summary>Whether some questions or answers are lost.</summary>
    internal bool LosesAnswers { get; set; }

    /// <summary>The nodes that are sure that they have the lease.</summary>
    internal IReadOnlyList<int> Holders => [.. Enumerable.Range(0, _nodes.Length).Where(i => StateOf(i) == LeaseState.Held)];

    internal LeaseState StateOf(int node) => _nodes[node].IsDead ? LeaseState.Standby : _nodes[node].Lease.State;

    internal void Kill(int node) => _nodes[node].IsDead = true;

    /// <summary>Cuts a node off for a time.</summary>
    internal void Cut(int node, long time) => Close(_nodes[node], _now + time);

    /// <summary>Stops the server for a time; it comes back without its memory.</summary>
    internal void Restart(long away, int reconnectWithin)
    {
        // It counts from one again.
        (_owner, _revision) = (-1, 0);
        foreach (Node node in _nodes)
        {
            Close(node, _now + away + _random.Next(reconnectWithin));
        }
    }

    internal void Run(long time)
    {
        for (long end = _now + time; _now < end; _now += 10)
        {
            foreach (Node node in _nodes.Where(static node => !node.IsDead))
            {
                Step(node);
            }

            // A node that was told so lately can be sure. One that waits for an answer knows that it may have none.
            Assert.True(
                _nodes.Count(node => !node.IsDead && node.Lease.State == LeaseState.Held && node.GrantedAt + EntryTime > _now) <= 1,
                $"Two nodes are sure at {_now}.");
        }
    }

    private static void Close(Node node, long opensAt)
    {
        node.OpensAt = Math.Max(node.OpensAt, opensAt);
        node.IsOpen = false;
        node.Lease.OnClosed();
        if (node.AnswersAt != long.MaxValue)
        {
            node.Answer = default;
        }
    }

    private void Step(Node node)
    {
        if (!node.IsOpen && _now >= node.OpensAt)
        {
            node.IsOpen = true;
            node.Lease.OnOpened(_now);
        }

        if (_now >= node.AnswersAt)
        {
            node.AnswersAt = long.MaxValue;
            node.Lease.OnAnswer(node.Answer, node.AskedAt);
            node.GrantedAt = node.Answer.Outcome == LeaseOutcome.Granted ? node.AskedAt : node.GrantedAt;
        }

        if (node.AnswersAt == long.MaxValue && node.Lease.StepAt(_now) is var step && step != LeaseStep.Wait)
        {
            node.AskedAt = _now;
            bool isLost = LosesAnswers && _random.Next(10) == 0;
            bool isAsked = !isLost || _random.Next(2) == 0;
            LeaseAnswer answer = isAsked ? Ask(Array.IndexOf(_nodes, node), step, node.Lease.Revision) : default;
            node.Answer = isLost ? default : answer;
            node.AnswersAt = _now + (isLost ? AnswerTime : _random.Next(50));
        }
    }

    private LeaseAnswer Ask(int node, LeaseStep step, ulong revision)
    {
        _owner = _now >= _entryEnds ? -1 : _owner;
        if (step == LeaseStep.Renew && (_owner < 0 || _entry != revision))
        {
            return new LeaseAnswer(LeaseOutcome.Gone);
        }

        if (step == LeaseStep.Create && _owner >= 0)
        {
            if (_owner != node)
            {
                return new LeaseAnswer(LeaseOutcome.Taken);
            }
        }

        (_owner, _entry, _entryEnds) = (node, ++_revision, _now + EntryTime);
        return new LeaseAnswer(LeaseOutcome.Granted, _entry);
    }

    private sealed class Node
    {
        public Lease Lease { get; } = new(1000);

        public bool IsDead { get; set; }

        public bool IsOpen { get; set; }

        public long OpensAt { get; set; }

        public long AskedAt { get; set; }

        public long AnswersAt { get; set; } = long.MaxValue;

        public LeaseAnswer Answer { get; set; }

        public long GrantedAt { get; set; } = long.MinValue / 2;
    }
}
