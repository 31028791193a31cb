namespace Linnet.Relay.Leases;

/// <summary>What a node knows of the lease of a station.</summary>
internal enum LeaseState
{
    /// <summary>It does not have it: another node has, or there was no answer yet.</summary>
    Standby = 0,

    /// <summary>It has it, and NATS confirmed that lately.</summary>
    Held,

    /// <summary>It had it when NATS last answered. Its station plays on.</summary>
    Unconfirmed,
}

/// <summary>What a node does about a lease.</summary>
internal enum LeaseStep
{
    /// <summary>Nothing yet.</summary>
    Wait = 0,

    /// <summary>Create the entry if there is none; renew it if it is there and of this node.</summary>
    Create,

    /// <summary>Renew the entry if its revision is still the same.</summary>
    Renew,
}
