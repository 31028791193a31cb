using Linnet.Audio;
using Linnet.Receive;

namespace Linnet.Tests.Receive;

public sealed class SoundWindowTests
{
    private const double Hz = 220;
    private static readonly AudioFormat Mono = new(48_000, 1);

    private readonly PitchSplice _splice = new(Mono);
    private readonly List<float> _heard = [];
    private readonly SoundWindow _window;
    private int _position;

    public SoundWindowTests() => _window = new SoundWindow(1, history: _splice.Longest, room: _splice.Longest + _splice.Fade + 480);

    [Fact]
    public void Audio_skipped_as_too_late_is_not_repeated()
    {
        Decode(1200);
        Play(1200);

        // Half a period late, then as much audio as it takes to find the place.
        Decode(240);
        _window.Discard(240);
        _position -= 240;
        Decode(480);
        int step = _window.Splice(_splice, -1, int.MaxValue, likeness: 0.9f);
        Play(_window.Frames);

        Assert.InRange(step, -1200, -1);
        AssertIsSmooth();
    }

    [Fact]
    public void Audio_skipped_by_a_splice_is_not_repeated()
    {
        Decode(1200);
        Play(1200);
        Decode(240);
        Decode(480);
        Decode(480);
        Assert.InRange(_window.Splice(_splice, 1, 300, likeness: 0.9f), 1, 300);
        Play(300);
        Assert.InRange(_window.Splice(_splice, -1, int.MaxValue, likeness: 0.9f), -1200, -1);
        Play(_window.Frames);

        AssertIsSmooth();
    }

    [Fact]
    public void Many_splices_in_both_directions_are_as_smooth_as_one()
    {
        var random = new Random(5);
        Decode(480);
        Decode(480);
        int splices = 0;
        for (int i = 0; i < 500; i++)
        {
            while (_window.Frames < 800)
            {
                Decode(240);
            }

            splices += _window.Splice(_splice, random.Next(2) == 0 ? 1 : -1, int.MaxValue, likeness: 0.9f) != 0 ? 1 : 0;
            while (_window.Frames > 600)
            {
                Play(random.Next(1, 200));
            }
        }

        Assert.InRange(splices, 300, 500);
        AssertIsSmooth();
    }

    private void Decode(int frames)
    {
        Span<float> room = _window.Room(frames);
        for (int i = 0; i < frames; i++)
        {
            room[i] = (float)Math.Sin(2 * Math.PI * Hz * _position++ / Mono.SampleRate);
        }

        _window.Added(frames);
    }

    private void Play(int frames)
    {
        _heard.AddRange(_window.Ready[..frames]);
        _window.Consume(frames);
    }

    private void AssertIsSmooth()
    {
        double omega = 2 * Math.PI * Hz / Mono.SampleRate;
        for (int i = 2; i < _heard.Count; i++)
        {
            Assert.InRange(Math.Abs(_heard[i] - (2 * _heard[i - 1]) + _heard[i - 2]), 0, (omega * omega * 1.3) + 2e-4);
        }
    }
}
