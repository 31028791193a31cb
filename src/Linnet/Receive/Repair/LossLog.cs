namespace Linnet.Receive.Repair;

/// <summary>
/// Losses of the stream's original packets in the last ten seconds: how many, and in how long bursts.
/// </summary>
/// <remarks>
/// A packet counts as lost when one that is <see cref="SettleSeconds"/> newer arrives; repairs do not count as arrivals. The burst
/// length is in packets and weighted by length: it is the length of the burst that a lost packet belongs to. Allocates nothing.
/// </remarks>
internal sealed class LossLog
{
    private const double SettleSeconds = 0.25;
    private const int Buckets = 10;
    private const int Remembered = 4096;
    private const long Nothing = long.MinValue;

    private readonly long[] _arrived = new long[Remembered];
    private readonly Bucket[] _buckets = new Bucket[Buckets];
    private readonly long _bucketTicks;
    private readonly int _sampleRate;
    private long _settled = Nothing;
    private long _bucketEnds = Nothing;
    private int _bucket;
    private long _run;

    /// <param name="sampleRate">The stream's sample rate.</param>
    /// <param name="ticksPerSecond">Ticks per second of the instants.</param>
    internal LossLog(int sampleRate, long ticksPerSecond)
    {
        _sampleRate = sampleRate;
        _bucketTicks = ticksPerSecond;
        Array.Fill(_arrived, Nothing);
    }

    /// <summary>Packets known to be received or lost.</summary>
    internal long Packets => Sum(static bucket => bucket.Packets);

    /// <summary>The share of packets lost.</summary>
    internal double Loss => Packets is var packets and > 0 ? (double)Sum(static bucket => bucket.Lost) / packets : 0;

    /// <summary>
    /// The mean length of the burst that a lost packet belongs to, in packets; 0 without loss. For random loss it is <c>(1 + p) / (1 −
    /// p)</c>.
    /// </summary>
    internal double Burst =>
        Sum(static bucket => bucket.InBursts) is var lost and > 0 ? (double)Sum(static bucket => bucket.Squares) / lost : 0;

    /// <summary>Records an original packet.</summary>
    /// <param name="sequence">The packet's sequence number.</param>
    /// <param name="packetFrames">Frames between consecutive packets; 0 if unknown.</param>
    /// <param name="now">When it arrived.</param>
    internal void OnPacket(long sequence, int packetFrames, long now)
    {
        _arrived[sequence & (Remembered - 1)] = sequence;
        if (_settled == Nothing || Math.Abs(sequence - _settled) > Remembered)
        {
            _settled = sequence - 1;
            _run = 0;
        }

        if (packetFrames == 0)
        {
            return;
        }

        Turn(now);
        long until = Math.Max(_settled, sequence - (long)Math.Ceiling(SettleSeconds * _sampleRate / packetFrames));
        while (_settled < until)
        {
            Settle(++_settled);
        }
    }

    private void Settle(long sequence)
    {
        ref Bucket bucket = ref _buckets[_bucket];
        bucket.Packets++;
        if (_arrived[sequence & (Remembered - 1)] != sequence)
        {
            bucket.Lost++;
            _run++;
        }
        else if (_run > 0)
        {
            bucket.InBursts += _run;
            bucket.Squares += _run * _run;
            _run = 0;
        }
    }

    private void Turn(long now)
    {
        if (_bucketEnds == Nothing || now - _bucketEnds > Buckets * _bucketTicks)
        {
            Array.Clear(_buckets);
            _bucketEnds = now + _bucketTicks;
        }

        while (now >= _bucketEnds)
        {
            _bucket = (_bucket + 1) % Buckets;
            _buckets[_bucket] = default;
            _bucketEnds += _bucketTicks;
        }
    }

    private long Sum(Func<Bucket, long> count)
    {
        long sum = 0;
        foreach (Bucket bucket in _buckets)
        {
            sum += count(bucket);
        }

        return sum;
    }

    private struct Bucket
    {
        internal long Packets;
        internal long Lost;
        internal long InBursts;
        internal long Squares;
    }
}
