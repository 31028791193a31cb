using Linnet.Audio;
using Linnet.Sources;

namespace Linnet.Tests.Fakes;

/// <summary>
/// A live source as a pusher makes one: packets of 20 ms by a clock of its own, each somewhat late, a title every three minutes, an end
/// after its time. Each sample is the low half of its position. It lets time pass until what is read has arrived.
/// </summary>
/// <param name="time">Simulated; moved by reads.</param>
/// <param name="rate">Frames per second by the pusher's clock.</param>
/// <param name="duration">Sound it has.</param>
/// <param name="fastByPpm">By how many millionths its clock is faster than ours.</param>
internal sealed class PushedDay(SteppedTime time, int rate, TimeSpan duration, int fastByPpm) : IAudioSource
{
    private readonly Random _random = new(24);
    private readonly long _start = time.Now;
    private readonly int _packet = rate / 50;
    private readonly long _frames = (long)(duration.TotalSeconds * rate);
    private long _position;
    private long _arrived;

    /// <summary>Frames from one title to the next.</summary>
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

        // A title stands at the first frame of a read.
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
