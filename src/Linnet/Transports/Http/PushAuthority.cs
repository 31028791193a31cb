using System.Security.Cryptography;
using System.Text;
using Linnet.Wire.Icy;

namespace Linnet.Transports.Http;

/// <summary>What comes of somebody's wish to push.</summary>
internal enum PushVerdict
{
    /// <summary>It may.</summary>
    Allowed,

    /// <summary>It did not say who it is.</summary>
    Unnamed,

    /// <summary>It does not know the password.</summary>
    Wrong,

    /// <summary>Its password was not looked at: too many others wait to be verified.</summary>
    TooMany,

    /// <summary>It does not know the password, and too many that do not are about to be told: it is not answered.</summary>
    Unanswered,
}

/// <summary>Verifies passwords one at a time, in the order that <see cref="PasswordGate"/> decides, and answers late where an address was often wrong. Any thread may ask.</summary>
internal sealed class PushAuthority
{
    /// <summary>Answers that are held back at a time: each costs a timer, and a connection, of which there are not without end either. Beyond, whoever is wrong gets none.</summary>
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

        PasswordTry attempt = Begin(peer, credentials.Password.ToArray(), Encoding.UTF8.GetBytes(credentials.User));
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

        bool isHeld = await TryHoldAsync(peer, attempt.NotBefore - Now, cancellationToken).ConfigureAwait(false);
        PushVerdict verdict = await attempt.Verdict.Task.ConfigureAwait(false);
        return isHeld || verdict is not PushVerdict.Wrong ? verdict : PushVerdict.Unanswered;
    }

    /// <summary>Compares in constant time, of equal length whatever was sent, so that not even the password's length shows.</summary>
    private static PasswordVerifier Comparing(byte[] password)
    {
        byte[] hash = SHA256.HashData(password);
        return tried => CryptographicOperations.FixedTimeEquals(SHA256.HashData(tried), hash);
    }

    private PasswordTry Begin(PeerAddress peer, ReadOnlyMemory<byte> password, ReadOnlySpan<byte> account)
    {
        lock (_gate)
        {
            PasswordTry attempt = _passwords.Arrive(peer, password, Now, account);
            if (_passwords.Waiting > 0 && !_isVerifying)
            {
                _isVerifying = true;
                _verifying = Task.Run(Verify);
            }

            return attempt;
        }
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

    /// <summary>Waits until an answer may be given.</summary>
    /// <returns><see langword="false"/>: there was no place to wait.</returns>
    private async Task<bool> TryHoldAsync(PeerAddress peer, TimeSpan rest, CancellationToken cancellationToken)
    {
        if (rest <= TimeSpan.Zero)
        {
            return true;
        }

        if (!_held.TryEnter(peer, out _))
        {
            return false;
        }

        try
        {
            await Task.Delay(rest, _time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        finally
        {
            _held.Leave(peer);
        }
    }
}
