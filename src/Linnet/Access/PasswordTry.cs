using Linnet.Broadcast;

namespace Linnet.Access;

/// <summary>A client's password that is to be verified.</summary>
internal sealed class PasswordTry
{
    /// <summary>The client's network: an IPv4 address, or an IPv6 /64 network.</summary>
    internal required PeerAddress Network { get; init; }

    /// <summary>Identifies the account at this address.</summary>
    internal UInt128 Account { get; init; }

    /// <summary>The password, and what it is compared with.</summary>
    internal required PasswordClaim Claim { get; init; }

    /// <summary>Identifies the claim in <see cref="PasswordMemory"/>.</summary>
    internal required UInt128 Mac { get; init; }

    /// <summary>When it arrived, on a monotonic clock.</summary>
    internal required TimeSpan At { get; init; }

    /// <summary>The earliest time for an answer, whatever the verdict.</summary>
    internal TimeSpan NotBefore { get; init; }

    /// <summary>The position in the queue: lower is earlier. May be negative.</summary>
    internal int Rank { get; init; }

    /// <summary>The order among passwords of the same rank.</summary>
    internal long Round { get; set; }

    /// <summary>Whether a wrong password is counted in <see cref="PasswordGate.Settle"/>, when another service has answered.</summary>
    internal bool IsCountedLater { get; set; }

    /// <summary>The verdict.</summary>
    internal TaskCompletionSource<AccessVerdict> Verdict { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
