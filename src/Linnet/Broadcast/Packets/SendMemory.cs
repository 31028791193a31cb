namespace Linnet.Broadcast.Packets;

/// <summary>
/// Counts what the kernel holds for listeners that have not taken it yet, in all and for each address, and says when it is too much. Any
/// thread may ask and tell.
/// </summary>
/// <remarks>
/// A listener that keeps up costs next to nothing here, one that does not costs its whole buffer. So what counts is what is really held,
/// and not what all buffers together could hold: that would leave no room for thousands that keep up.
/// </remarks>
/// <param name="most">Bytes in all.</param>
internal sealed class SendMemory(long most)
{
    /// <summary>The part of all that one address may hold: a quarter.</summary>
    internal const int Shares = 4;

    /// <summary>What a listener is told that is not let in.</summary>
    internal const string Refusal =
        "Too much sound waits for listeners that do not take it. Try again, or take a rendition of a lower bit rate.";

    // A listener of MP3 or Opus costs no more than this. Such are let in a little longer: it takes hundreds of them to fill what is left.
    private const long Small = 128 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Account> _accounts = [];
    private long _held;

    /// <summary>Bytes held now.</summary>
    internal long Held => Volatile.Read(ref _held);

    private long Most => most;

    private bool IsOver => Held > most;

    private bool IsFarOver => Held > WithMargin(most);

    /// <summary>What so many bytes of sound cost the kernel: measured 1.2 to 1.4 times as much.</summary>
    internal static long OnTheBooks(long bytes) => bytes * 3 / 2;

    /// <summary>Lets a listener in; until it is known better, it counts with its whole buffer.</summary>
    /// <param name="address">Its address, or the network that stands for it.</param>
    /// <param name="bound">Bytes that the kernel may hold for it.</param>
    /// <returns>Its part, disposed when it leaves; <see langword="null"/>: there is no room for such a listener now.</returns>
    internal Use? TryOpen(UInt128 address, long bound)
    {
        lock (_gate)
        {
            Account account = _accounts.GetValueOrDefault(address) ?? new Account();
            if (Held + bound > Allowed(most) || Volatile.Read(ref account.Held) + bound > Allowed(most / Shares))
            {
                return null;
            }

            _accounts[address] = account;
            account.Users++;
            return new Use(this, address, account, bound);
        }

        long Allowed(long limit) => bound > Small ? limit : WithMargin(limit);
    }

    private static long WithMargin(long limit) => limit + (limit / 4);

    private void Close(UInt128 address, Account account)
    {
        lock (_gate)
        {
            if (--account.Users == 0)
            {
                _accounts.Remove(address);
            }
        }
    }

    /// <summary>One listener's part. Told by one thread at a time.</summary>
    internal sealed class Use : IDisposable
    {
        private readonly SendMemory _all;
        private readonly UInt128 _address;
        private readonly Account _account;
        private long _held;
        private bool _isClosed;

        internal Use(SendMemory all, UInt128 address, Account account, long bound)
        {
            (_all, _address, _account, Bound) = (all, address, account, bound);
            Set(bound);
        }

        /// <summary>Bytes that the kernel may hold for it.</summary>
        internal long Bound { get; }

        /// <summary>Whether that is so much that it is worth to ask the kernel how much it is just now.</summary>
        internal bool IsLarge => Bound > Small;

        /// <summary>Whether all together, or those of its address, hold too much: a listener that takes nothing is to go.</summary>
        internal bool IsOver => _all.IsOver || Volatile.Read(ref _account.Held) > _all.Most / Shares;

        /// <summary>Whether they hold so much that every listener is to go that does not keep up.</summary>
        internal bool IsFarOver => _all.IsFarOver || Volatile.Read(ref _account.Held) > WithMargin(_all.Most / Shares);

        /// <summary>Says what the kernel holds for it now.</summary>
        /// <param name="bytes">Of its buffer; counted no further than <see cref="Bound"/>.</param>
        internal void Set(long bytes)
        {
            lock (_account.Gate)
            {
                // The thread that sends may not know yet that it has left.
                if (!_isClosed)
                {
                    Change(Math.Clamp(bytes, 0, Bound));
                }
            }
        }

        /// <summary>It has left.</summary>
        public void Dispose()
        {
            lock (_account.Gate)
            {
                if (_isClosed)
                {
                    return;
                }

                Change(0);
                _isClosed = true;
            }

            _all.Close(_address, _account);
        }

        private void Change(long held)
        {
            Interlocked.Add(ref _all._held, held - _held);
            _account.Held += held - _held;
            _held = held;
        }
    }

    /// <summary>What one address holds.</summary>
    internal sealed class Account
    {
        internal readonly Lock Gate = new();
        internal long Held;
        internal int Users;
    }
}
