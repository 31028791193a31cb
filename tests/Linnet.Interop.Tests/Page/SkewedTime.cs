namespace Linnet.Interop.Tests.Page;

/// <summary>This machine's clock, a little too fast or too slow.</summary>
/// <param name="ppm">How much too fast, in millionths.</param>
internal sealed class SkewedTime(double ppm) : TimeProvider
{
    private readonly long _start = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp()
    {
        long elapsed = System.GetTimestamp() - _start;
        return _start + elapsed + (long)(elapsed * ppm / 1e6);
    }
}
