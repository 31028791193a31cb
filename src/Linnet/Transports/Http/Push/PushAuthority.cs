using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Linnet.Broadcast;
using Linnet.Wire.Http;

namespace Linnet.Transports.Http.Push;

/// <summary>The verdict on a client that wants to push.</summary>
internal enum PushVerdict
{
    /// <summary>The client may push.</summary>
    Allowed,

    /// <summary>The client sent no credentials.</summary>
    Unnamed,

    /// <summary>The password is wrong.</summary>
    Wrong,

    /// <summary>The password was not verified: too many others are waiting to be verified or answered.</summary>
    TooMany,

    /// <summary>The password is wrong, and too many answers to wrong ones are pending: the client gets no answer.</summary>
    Unanswered,
}

/// <summary>
/// Verifies passwords one at a time, in the order given by <see cref="PasswordGate"/>, and delays answers to addresses with many failures.
/// Thread-safe.
/// </summary>
internal sealed class PushAuthority
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
    private readonly PasswordVerifier _verify;
    private readonly TimeProvider _time;
    private readonly long _start;
    private bool _isVerifying;

    /// <summary>Creates an authority for one known password, which never waits for others.</summary>
    /// <param name="password">The right password.</param>
    /// <param name="time">The clock.</param>
    internal PushAuthority(string password, TimeProvider time)
        : this(Comparing(Encoding.UTF8.GetBytes(password)), time) => _passwords.Expect(Encoding.UTF8.GetBytes(password));

    /// <summary>Creates an authority with a verifier, however slow.</summary>
    /// <param name="verify">Verifies a password; called by one thread at a time.</param>
    /// <param name="time">The clock.</param>
    internal PushAuthority(PasswordVerifier verify, TimeProvider time) => (_verify, _time, _start) = (verify, time, time.GetTimestamp());

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Verifies the credentials of a client.</summary>
    /// <param name="peer">The client's address.</param>
    /// <param name="authorization">The client's <c>Authorization</c> header.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <remarks>An exception of the verifier reaches only this caller.</remarks>
    internal async Task<PushVerdict> JudgeAsync(PeerAddress peer, string? authorization, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(authorization))
        {
            return PushVerdict.Unnamed;
        }

        if (!BasicCredentials.TryParse(authorization, out BasicCredentials? credentials))
        {
            return PushVerdict.Wrong;
        }

        if (!TryBegin(
            peer, credentials.Password.ToArray(), Encoding.UTF8.GetBytes(credentials.User), out PasswordTry? attempt, out bool isHeld))
        {
            return PushVerdict.TooMany;
        }

        try
        {
            return await AwaitAsync(attempt, isHeld, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (isHeld)
            {
                _held.Leave(peer);
            }
        }
    }

    /// <summary>Compares hashes of equal length in constant time, so that not even the password's length leaks.</summary>
    private static PasswordVerifier Comparing(byte[] password)
    {
        byte[] hash = SHA256.HashData(password);
        return tried => CryptographicOperations.FixedTimeEquals(SHA256.HashData(tried), hash);
    }

    /// <summary>Queues a password, reserving a place among the delayed answers if its answer is to be delayed.</summary>
    /// <param name="peer">The client's address.</param>
    /// <param name="password">The password.</param>
    /// <param name="account">The account that the client claims.</param>
    /// <param name="attempt">The queued password.</param>
    /// <param name="isHeld">Whether a place was reserved, which the caller must free.</param>
    /// <returns><see langword="false"/> if there is no place: the password is not verified.</returns>
    private bool TryBegin(
        PeerAddress peer, ReadOnlyMemory<byte> password, ReadOnlySpan<byte> account, [NotNullWhen(true)] out PasswordTry? attempt,
        out bool isHeld)
    {
        lock (_gate)
        {
            (attempt, isHeld) = (null, false);
            TimeSpan now = Now;
            bool isLate = _passwords.IsLate(peer, account, now);
            isHeld = isLate && _held.TryEnter(peer, out _);
            if (isLate && !isHeld && !_passwords.IsKnown(peer))
            {
                return false;
            }

            attempt = _passwords.Arrive(peer, password, now, account);
            if (_passwords.Waiting > 0 && !_isVerifying)
            {
                _isVerifying = true;
                _ = Task.Run(Verify);
            }

            return true;
        }
    }

    private async Task<PushVerdict> AwaitAsync(PasswordTry attempt, bool isHeld, CancellationToken cancellationToken)
    {
        try
        {
            await attempt.Verdict.Task.WaitAsync(PasswordGate.MaxWait, _time, cancellationToken).ConfigureAwait(false);
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
            await Task.Delay(rest, _time, cancellationToken).ConfigureAwait(false);
        }

        PushVerdict verdict = await attempt.Verdict.Task.ConfigureAwait(false);
        return isLate && !isHeld && verdict is PushVerdict.Wrong ? PushVerdict.Unanswered : verdict;
    }

    private void Verify()
    {
        while (TakeNext() is PasswordTry attempt)
        {
            try
            {
                bool isRight = _verify(attempt.Password.Span);
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
