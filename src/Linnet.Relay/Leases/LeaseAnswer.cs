namespace Linnet.Relay.Leases;

/// <summary>The answer to a <see cref="LeaseStep"/>.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Revision">The revision of the entry, if it is granted.</param>
/// <param name="Holder">The node that has the lease, if it is taken and that is known.</param>
internal readonly record struct LeaseAnswer(LeaseOutcome Outcome, ulong Revision = 0, string? Holder = null);

/// <summary>What became of a step.</summary>
internal enum LeaseOutcome
{
    /// <summary>There was no answer, or an error: the entry may have changed or not.</summary>
    Unanswered = 0,

    /// <summary>This node has the lease.</summary>
    Granted,

    /// <summary>The entry that was to be renewed is not there any more.</summary>
    Gone,

    /// <summary>Another node has the lease.</summary>
    Taken,
}
