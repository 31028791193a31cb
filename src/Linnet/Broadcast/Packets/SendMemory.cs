namespace Linnet.Broadcast.Packets;

/// <summary>
/// Counts the bytes that the kernel holds for listeners that have not received them yet, in total and per address, and decides when they
/// are too many. Any thread may call it.
/// </summary>
/// <remarks>
/// A listener that keeps up costs next to nothing here; one that does not costs its whole buffer. So the count is of bytes really held, not
/// of what all buffers could hold: that would leave no room for thousands of listeners that keep up.
/// </remarks>
/// <param name="most">The limit in bytes, for all listeners.</param>
internal sealed class SendMemory(long most)
{
    /// <summary>The fraction of the limit that one address may hold: a quarter.</summary>
    internal const int Shares = 4;

    /// <summary>The reason that a refused listener gets.</summary>
    internal const string Refusal =
        "Too much audio is waiting for slow listeners. Try again, or choose a rendition with a lower bit rate.";

    // A listener of MP3 or Opus costs no more than this. Such listeners are admitted a little longer: it takes hundreds of them to fill the
    // rest.
    private const long Small = 128 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Account> _accounts = [];
    private long _held;

    /// <summary>Bytes held now.</summary>
    internal long Held => Volatile.Read(ref _held);

    private long Most => most;

    private bool IsOver => Held > most;

    private bool IsFarOver => Held > WithMargin(most);

    /// <summary>Estimates the kernel memory for this many bytes of audio: measured 1.2 to 1.4 times as much.</summary>
    internal static long OnTheBooks(long bytes) => bytes * 3 / 2;

    /// <summary>Admits a listener. Until its use is known, it counts with its whole buffer.</summary>
    /// <param name="address">Its address, or the network that stands for it.</param>
    /// <param name="bound">Bytes that the kernel may hold for it.</param>
    /// <returns>Its share, to be disposed when it leaves; <see langword="null"/> if there is no room for such a listener now.</returns>
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

    /// <summary>One listener's share. Updated by one thread at a time.</summary>
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

        /// <summary>Whether so much is held that the kernel should be asked for the exact figure.</summary>
        internal bool IsLarge => Bound > Small;

        /// <summary>
        /// Whether all listeners together, or those of this address, hold too much: a listener that accepts no bytes must be dropped.
        /// </summary>
        internal bool IsOver => _all.IsOver || Volatile.Read(ref _account.Held) > _all.Most / Shares;

        /// <summary>Whether they hold so much that every slow listener must be dropped.</summary>
        internal bool IsFarOver => _all.IsFarOver || Volatile.Read(ref _account.Held) > WithMargin(_all.Most / Shares);

        /// <summary>Sets the bytes that the kernel holds for it now.</summary>
        /// <param name="bytes">Bytes in its send buffer; counted up to <see cref="Bound"/>.</param>
        internal void Set(long bytes)
        {
            lock (_account.Gate)
            {
                // The sending thread may not know yet that the listener has left.
                if (!_isClosed)
                {
                    Change(Math.Clamp(bytes, 0, Bound));
                }
            }
        }

        /// <summary>Removes the listener.</summary>
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

    /// <summary>The bytes that one address holds.</summary>
    internal sealed class Account
    {
        internal readonly Lock Gate = new();
        internal long Held;
        internal int Users;
    }
}
