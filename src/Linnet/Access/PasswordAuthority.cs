using Linnet.Broadcast;

namespace Linnet.Access;

/// <summary>
/// Verifies passwords one at a time, in the order given by <see cref="PasswordGate"/>, and delays answers to addresses with many failures.
/// Thread-safe.
/// </summary>
internal sealed class PasswordAuthority(TimeProvider time)
{
    /// <summary>
    /// The most answers that are delayed at a time: each occupies a timer and a connection. Above this limit passwords are not verified,
    /// since the result would show at once. The exception is a network that has logged in before: there a right password is accepted, and a
    /// wrong one gets no answer.
    /// </summary>
    internal const int MaxHeld = 4096;

    /// <summary>The most delayed answers of one address.</summary>
    internal const int MaxHeldPerAddress = 250;

    private readonly Lock _gate = new();
    private readonly PasswordGate _passwords = new();
    private readonly PeerQuota _held = new(MaxHeld, MaxHeldPerAddress);
    private readonly long _start = time.GetTimestamp();
    private bool _isVerifying;

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>Verifies the password of a client.</summary>
    /// <param name="peer">The client's address.</param>
    /// <param name="claim">The password, and what it is compared with.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>
    /// <see cref="AccessVerdict.Allowed"/>, <see cref="AccessVerdict.Wrong"/>, <see cref="AccessVerdict.TooMany"/> or
    /// <see cref="AccessVerdict.Unanswered"/>; or another answer of the service that the claim asks.
    /// </returns>
    /// <remarks>
    /// An exception of a verification reaches only this caller. Where another service is asked, a refusal takes one verification and one
    /// question, and is the same, whether there is an account of this name or not; only their order differs, so that clients that the
    /// service admits do not wait for each other's verifications. Such a password counts as wrong once the service has refused it, or if
    /// the client does not wait for the answer. While the service does not answer, a password counts once, however often it is retried.
    /// </remarks>
    internal async Task<AccessVerdict> JudgeAsync(PeerAddress peer, PasswordClaim claim, CancellationToken cancellationToken)
    {
        bool isHeld;
        PasswordTry? attempt;
        lock (_gate)
        {
            if (!TryReserve(peer, claim.Account, out isHeld))
            {
                return AccessVerdict.TooMany;
            }

            attempt = claim.IsAskedFirst ? null : Begin(peer, claim);
        }

        AccessVerdict? answer = null;
        try
        {
            if (attempt is null)
            {
                answer = await claim.AskAsync!(cancellationToken).ConfigureAwait(false);
                lock (_gate)
                {
                    attempt = Begin(peer, answer is AccessVerdict.Allowed ? claim with { IsRight = true } : claim);
                }
            }

            AccessVerdict verdict = await AwaitAsync(attempt, isHeld, cancellationToken).ConfigureAwait(false);
            if (verdict is not AccessVerdict.Wrong || claim.AskAsync is not { } ask)
            {
                return verdict;
            }

            // Without an answer of the service the client is told so, and not that its password is wrong.
            return answer ??= await ask(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (attempt?.Claim.AskAsync is not null)
            {
                lock (_gate)
                {
                    _passwords.Settle(attempt, answer, Now);
                }
            }

            if (isHeld)
            {
                _held.Leave(peer);
            }
        }
    }

    /// <summary>Reserves a place among the delayed answers, if the answer is to be delayed. Under the lock.</summary>
    /// <param name="peer">The client's address.</param>
    /// <param name="account">The account that the client claims.</param>
    /// <param name="isHeld">Whether a place was reserved, which the caller must free.</param>
    /// <returns><see langword="false"/> if there is no place: the password is not verified.</returns>
    private bool TryReserve(PeerAddress peer, string account, out bool isHeld)
    {
        bool isLate = _passwords.IsLate(peer, account, Now);
        isHeld = isLate && _held.TryEnter(peer, out _);
        return !isLate || isHeld || _passwords.IsKnown(peer);
    }

    /// <summary>Queues a password. Under the lock.</summary>
    private PasswordTry Begin(PeerAddress peer, PasswordClaim claim)
    {
        PasswordTry attempt = _passwords.Arrive(peer, claim, Now);
        if (_passwords.Waiting > 0 && !_isVerifying)
        {
            _isVerifying = true;
            _ = Task.Run(Verify);
        }

        return attempt;
    }

    private async Task<AccessVerdict> AwaitAsync(PasswordTry attempt, bool isHeld, CancellationToken cancellationToken)
    {
        try
        {
            await attempt.Verdict.Task.WaitAsync(PasswordGate.MaxWait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lock (_gate)
            {
                _passwords.GiveUp(attempt, Now);
            }
        }

        bool isLate = attempt.NotBefore > attempt.At;
        if (isHeld && attempt.NotBefore - Now is var rest && rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, time, cancellationToken).ConfigureAwait(false);
        }

        AccessVerdict verdict = await attempt.Verdict.Task.ConfigureAwait(false);
        return isLate && !isHeld && verdict is AccessVerdict.Wrong ? AccessVerdict.Unanswered : verdict;
    }

    private void Verify()
    {
        while (TakeNext() is PasswordTry attempt)
        {
            try
            {
                bool isRight = attempt.Claim.Verify();
                lock (_gate)
                {
                    _passwords.Finish(attempt, isRight, Now);
                }
            }
            catch (Exception e)
            {
                attempt.Verdict.TrySetException(e);
            }
        }
    }

    private PasswordTry? TakeNext()
    {
        lock (_gate)
        {
            PasswordTry? next = _passwords.TakeNext(Now);
            _isVerifying = next is not null;
            return next;
        }
    }
}
