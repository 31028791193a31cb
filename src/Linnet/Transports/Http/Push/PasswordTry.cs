using Linnet.Broadcast;

namespace Linnet.Transports.Http.Push;

/// <summary>Somebody's password that is to be verified.</summary>
internal sealed class PasswordTry
{
    /// <summary>Where it comes from: an IPv4 address, or an IPv6 network of 64 bits.</summary>
    internal required PeerAddress Network { get; init; }

    /// <summary>What stands for the account at that address.</summary>
    internal UInt128 Account { get; init; }

    /// <summary>The password's bytes.</summary>
    internal required ReadOnlyMemory<byte> Password { get; init; }

    /// <summary>What stands for it in <see cref="PasswordMemory"/>.</summary>
    internal required UInt128 Mac { get; init; }

    /// <summary>When it came, by a monotonic clock.</summary>
    internal required TimeSpan At { get; init; }

    /// <summary>Before when it is not answered, whatever comes out.</summary>
    internal TimeSpan NotBefore { get; init; }

    /// <summary>How it stands: the less the sooner. May be negative.</summary>
    internal int Rank { get; init; }

    /// <summary>Its turn among those of the same rank.</summary>
    internal long Round { get; set; }

    /// <summary>What came out.</summary>
    internal TaskCompletionSource<PushVerdict> Verdict { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
