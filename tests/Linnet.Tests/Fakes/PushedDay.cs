using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Tests.Fakes;

/// <summary>
/// A live source like a pusher's: packets of 20 ms by the pusher's own clock, each slightly late, with a title every three minutes, and an
/// end. Each sample is the low half of its position. A read lets time pass until its sound has arrived.
/// </summary>
/// <param name="time">Simulated time; advanced by reads.</param>
/// <param name="rate">Frames per second by the pusher's clock.</param>
/// <param name="duration">Duration of its sound.</param>
/// <param name="fastByPpm">How much faster its clock is than ours, in ppm.</param>
internal sealed class PushedDay(SteppedTime time, int rate, TimeSpan duration, int fastByPpm) : IAudioSource
{
    private readonly Random _random = new(24);
    private readonly long _start = time.Now;
    private readonly int _packet = rate / 50;
    private readonly long _frames = (long)(duration.TotalSeconds * rate);
    private long _position;
    private long _arrived;

    /// <summary>Frames between titles.</summary>
    public long FramesPerTitle => 180L * rate;

    public AudioFormat Format => new(rate, 1);

    public int BitDepth => 16;

    public bool IsLive => true;

    public TimeSpan? Duration => null;

    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_arrived == _position)
        {
            _arrived = Math.Min(_frames, _arrived + _packet);
            Int128 sent = (Int128)_arrived * 1_000_000_000 * 1_000_000 / (rate * (1_000_000L + fastByPpm));
            time.Now = Math.Max(time.Now, _start + (long)sent + _random.NextInt64(5_000_000));
        }

        // A title starts at the first frame of a read.
        long untilTitle = FramesPerTitle - (_position % FramesPerTitle);
        int count = (int)Math.Min(Math.Min(pcm.Length, _arrived - _position), untilTitle);
        for (int i = 0; i < count; i++)
        {
            pcm[i] = unchecked((short)(_position + i)) / 32768f;
        }

        TrackInfo? track = _position % FramesPerTitle == 0 && count > 0 ? new TrackInfo($"Title {_position / FramesPerTitle}") : null;
        _position += count;
        return new SourceRead(count, track);
    }

    public void Dispose()
    {
    }
}
