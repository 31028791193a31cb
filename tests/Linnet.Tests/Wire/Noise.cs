namespace Linnet.Tests.Wire;

/// <summary>Seeded input that a hostile peer might send: random bytes, and damaged valid input.</summary>
internal sealed class Noise(int seed)
{
    private readonly Random _random = new(seed);

    public int Next(int end) => _random.Next(end);

    /// <summary>Random bytes; half of the time only bytes that occur in text.</summary>
    public byte[] Bytes(int maxLength)
    {
        byte[] bytes = new byte[_random.Next(maxLength + 1)];
        _random.NextBytes(bytes);
        if (_random.Next(2) == 0)
        {
            const string Likely = "\r\n\n :;,=-/$%*.[]@\"\t\00123456789RTSPnptavmoc";
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)Likely[bytes[i] % Likely.Length];
            }
        }

        return bytes;
    }

    /// <summary>
    /// One of <paramref name="samples"/>, damaged in one to four places. Sometimes left whole, or replaced by random bytes.
    /// </summary>
    public byte[] Mutation(IReadOnlyList<byte[]> samples)
    {
        if (_random.Next(16) == 0)
        {
            return Bytes(200);
        }

        var bytes = new List<byte>(samples[_random.Next(samples.Count)]);
        for (int faults = _random.Next(5); faults > 0; faults--)
        {
            int at = _random.Next(bytes.Count + 1);
            int length = Math.Min(_random.Next(1, 12), bytes.Count - at);
            switch (_random.Next(7))
            {
                case 0 when length > 0:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 1 when length > 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, Bytes(12));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 5:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    byte[] other = samples[_random.Next(samples.Count)];
                    bytes.RemoveRange(at, bytes.Count - at);
                    bytes.AddRange(other.AsSpan(_random.Next(other.Length + 1)));
                    break;
            }
        }

        return [.. bytes];
    }
}
