namespace Linnet.Clock;

/// <summary>
/// The best knowledge of an offset in each of the last windows. From then to now the offset changed by the drift, so the two together
/// confine it. Call it from one thread.
/// </summary>
internal sealed class DriftAnchors
{
    /// <summary>Length of a window, in microseconds: 5 s.</summary>
    internal const long Window = 5_000_000;

    /// <summary>Windows that are kept: five minutes. Over a longer time the drift is no longer one number.</summary>
    internal const int Capacity = 60;

    private readonly Anchor[] _anchors = new Anchor[Capacity];
    private int _next;
    private int _count;
    private long _windowFrom;

    /// <summary>Forgets all of them.</summary>
    internal void Clear() => _count = 0;

    /// <summary>Notes what is known of the offset now. A window keeps its shortest interval.</summary>
    internal void Add(long at, Interval offset)
    {
        if (_count == 0 || at - _windowFrom >= Window)
        {
            _windowFrom = at;
            _next = (_next + 1) % Capacity;
            _count = Math.Min(_count + 1, Capacity);
            _anchors[_next] = new Anchor(at, offset);
        }
        else if (offset.Length < _anchors[_next].Offset.Length)
        {
            _anchors[_next] = new Anchor(at, offset);
        }
    }

    /// <summary>Confines the drift at an instant.</summary>
    /// <param name="drift">What is known of it, in microseconds for each microsecond.</param>
    /// <param name="at">The instant; not before the last call of <see cref="Add"/>.</param>
    /// <param name="offset">What is known of the offset then.</param>
    /// <param name="wander">How much the drift may change in a microsecond.</param>
    internal Interval Confine(Interval drift, long at, Interval offset, double wander)
    {
        for (int i = 0; i < _count; i++)
        {
            ref readonly Anchor anchor = ref _anchors[(_next - i + Capacity) % Capacity];
            double elapsed = at - anchor.At;
            if (elapsed > 0)
            {
                double spread = wander * elapsed / 2;
                drift = drift.And(new Interval(
                    ((offset.Least - anchor.Offset.Most) / elapsed) - spread, ((offset.Most - anchor.Offset.Least) / elapsed) + spread));
            }
        }

        return drift;
    }

    private readonly record struct Anchor(long At, Interval Offset);
}
