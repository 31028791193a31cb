namespace Linnet.Receive.Repair;

/// <summary>
/// What the path did to the stream's own packets in the last ten seconds: how many it lost, and how long it lost them in a row.
/// </summary>
/// <remarks>
/// A packet is taken for lost when one came that is <see cref="SettleSeconds"/> younger; repairs do not count as arrivals. Bursts are told
/// in packets, each weighed by its length: the length of the burst that a lost packet is in. Allocates nothing.
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

    /// <param name="sampleRate">Of the stream.</param>
    /// <param name="ticksPerSecond">Of the instants.</param>
    internal LossLog(int sampleRate, long ticksPerSecond)
    {
        _sampleRate = sampleRate;
        _bucketTicks = ticksPerSecond;
        Array.Fill(_arrived, Nothing);
    }

    /// <summary>Packets whose fate is known.</summary>
    internal long Packets => Sum(static bucket => bucket.Packets);

    /// <summary>The share that was lost.</summary>
    internal double Loss => Packets is var packets and > 0 ? (double)Sum(static bucket => bucket.Lost) / packets : 0;

    /// <summary>
    /// The mean length of the burst that a lost packet is in, in packets; 0 if none was lost. At random it is <c>(1 + p) / (1 − p)</c>.
    /// </summary>
    internal double Burst =>
        Sum(static bucket => bucket.InBursts) is var lost and > 0 ? (double)Sum(static bucket => bucket.Squares) / lost : 0;

    /// <summary>Takes a packet that the network itself brought.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="packetFrames">Frames from a packet to the next, if known; else 0.</param>
    /// <param name="now">When it came.</param>
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
