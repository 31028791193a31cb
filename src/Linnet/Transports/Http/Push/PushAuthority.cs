using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Linnet.Broadcast;
using Linnet.Wire.Http;

namespace Linnet.Transports.Http.Push;

/// <summary>What comes of somebody's wish to push.</summary>
internal enum PushVerdict
{
    /// <summary>It may.</summary>
    Allowed,

    /// <summary>It did not say who it is.</summary>
    Unnamed,

    /// <summary>It does not know the password.</summary>
    Wrong,

    /// <summary>Its password was not looked at: too many others wait to be verified, or to be answered.</summary>
    TooMany,

    /// <summary>It does not know the password, and too many that do not are about to be told: it is not answered.</summary>
    Unanswered,
}

/// <summary>
/// Verifies passwords one at a time, in the order that <see cref="PasswordGate"/> decides, and answers late where an address was often
/// wrong. Any thread may ask.
/// </summary>
internal sealed class PushAuthority
{
    /// <summary>
    /// Answers that are held back at a time: each costs a timer, and a connection, of which there are not without end either. Beyond, no
    /// password is looked at, for whatever came of that would show at once; only where somebody has logged in before, whoever is right is
    /// let in, and whoever is wrong gets no answer.
    /// </summary>
    internal const int MaxHeld = 4096;

    /// <summary>Those of one address.</summary>
    internal const int MaxHeldPerAddress = 250;

    private readonly Lock _gate = new();
    private readonly PasswordGate _passwords = new();
    private readonly PeerQuota _held = new(MaxHeld, MaxHeldPerAddress);
    private readonly PasswordVerifier _verify;
    private readonly TimeProvider _time;
    private readonly long _start;
    private Task _verifying = Task.CompletedTask;
    private bool _isVerifying;

    /// <summary>Verifies by a password that is known here, so it never has to wait for others.</summary>
    /// <param name="password">What is to be known.</param>
    /// <param name="time">The clock.</param>
    internal PushAuthority(string password, TimeProvider time)
        : this(Comparing(Encoding.UTF8.GetBytes(password)), time) => _passwords.Expect(Encoding.UTF8.GetBytes(password));

    /// <summary>Verifies in any way, however slow.</summary>
    /// <param name="verify">Says what is right; called by one thread at a time.</param>
    /// <param name="time">The clock.</param>
    internal PushAuthority(PasswordVerifier verify, TimeProvider time) => (_verify, _time, _start) = (verify, time, time.GetTimestamp());

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Looks at what somebody says.</summary>
    /// <param name="peer">Its address.</param>
    /// <param name="authorization">Its <c>Authorization</c> header.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>What the verifier throws comes out here, for this one alone.</remarks>
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

    /// <summary>Compares in constant time, of equal length whatever was sent, so that not even the password's length shows.</summary>
    private static PasswordVerifier Comparing(byte[] password)
    {
        byte[] hash = SHA256.HashData(password);
        return tried => CryptographicOperations.FixedTimeEquals(SHA256.HashData(tried), hash);
    }

    /// <summary>Takes a password in, with a place to be held at until it may be answered if that is late.</summary>
    /// <param name="peer">Its address.</param>
    /// <param name="password">The password.</param>
    /// <param name="account">Whose it is said to be.</param>
    /// <param name="attempt">The password that is looked at.</param>
    /// <param name="isHeld">Whether it has a place, which is to be given back.</param>
    /// <returns><see langword="false"/>: there is no place, so it is not looked at.</returns>
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
                _verifying = Task.Run(Verify);
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
