using System.Buffers.Binary;

namespace Linnet.Wire.Aiff;

/// <summary>The sample rate of an AIFF, a floating-point number of 80 bits.</summary>
internal static class AiffRate
{
    /// <summary>Bytes of the number.</summary>
    internal const int Length = 10;

    private const int Bias = 16383;
    private const int FractionBits = 63;

    /// <summary>Reads the rate, rounded to whole Hz; 0 if it is below 1, negative or beyond 32 bits.</summary>
    internal static int Read(ReadOnlySpan<byte> bytes)
    {
        // sign 1 | exponent 15 | mantissa 64 with its leading one
        int exponent = BinaryPrimitives.ReadUInt16BigEndian(bytes) - Bias;
        ulong mantissa = BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]);
        return exponent is < 0 or > 30 ? 0 : (int)Math.Min(int.MaxValue, ((mantissa >> (FractionBits - exponent - 1)) + 1) >> 1);
    }
}
