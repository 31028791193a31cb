using Linnet.Audio;

namespace Linnet.Sources;

/// <summary>Linnet's song: synthesised chirps, trills and glides of a songbird, endless and always the same. 48 kHz stereo.</summary>
public sealed class SongbirdSource : IAudioSource
{
    private const int SampleRate = 48_000;

    /// <summary>A second partial makes the whistle less like a test tone.</summary>
    private const double Overtone = 0.07;

    /// <summary>Delay of the echo from across the clearing, on the other side, in frames.</summary>
    private const int EchoDelay = 1523;

    private const float EchoLevel = 0.16f;

    private readonly List<SongbirdNote> _notes = [];
    private readonly float[] _echo = new float[2 * EchoDelay];
    private int _phrase;
    private int _note;
    private int _position;
    private int _echoAt;
    private double _phase;
    private float _left;
    private float _right;
    private TrackInfo? _track = new("Linnet's song", "Linnet");

    /// <inheritdoc/>
    public AudioFormat Format { get; } = new(SampleRate, 2);

    /// <inheritdoc/>
    public int BitDepth => 0;

    /// <inheritdoc/>
    public bool IsLive => false;

    /// <inheritdoc/>
    public bool IsStored => true;

    /// <inheritdoc/>
    public TimeSpan? Duration => null;

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int frames = pcm.Length / 2;
        for (int i = 0; i < frames; i++)
        {
            (float left, float right) = Sing();
            pcm[2 * i] = left + (EchoLevel * _echo[_echoAt + 1]);
            pcm[(2 * i) + 1] = right + (EchoLevel * _echo[_echoAt]);
            _echo[_echoAt] = left;
            _echo[_echoAt + 1] = right;
            _echoAt = (_echoAt + 2) % _echo.Length;
        }

        TrackInfo? track = _track;
        _track = null;
        return new SourceRead(frames, track);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private (float Left, float Right) Sing()
    {
        if (_note == _notes.Count)
        {
            _notes.Clear();
            SongbirdScore.Write(_phrase, _notes);
            _phrase = (_phrase + 1) % SongbirdScore.Phrases;
            _note = 0;
        }

        SongbirdNote note = _notes[_note];
        int at = _position++ - note.Rest;
        if (at < 0)
        {
            return default;
        }

        if (at == 0)
        {
            // Equal power: one side gains what the other loses.
            double angle = (note.Pan + 1) * Math.PI / 4;
            (_left, _right) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        }

        float sample = Whistle(note, at);
        if (at == note.Length - 1)
        {
            _note++;
            _position = 0;
            _phase = 0;
        }

        return (sample * _left, sample * _right);
    }

    private float Whistle(in SongbirdNote note, int at)
    {
        double part = (double)at / note.Length;
        double pitch = note.From + ((note.To - note.From) * part * part * (3 - (2 * part))) + (note.Bend * Math.Sin(Math.PI * part));
        if (note.TrillDepth != 0)
        {
            pitch += note.TrillDepth * Math.Sin(Math.Tau * note.TrillRate * at / SampleRate);
        }

        _phase += pitch / SampleRate;
        double wave = Math.Sin(Math.Tau * _phase) + (Overtone * Math.Sin(2 * Math.Tau * _phase));
        return (float)(note.Level * Envelope(part) * wave);
    }

    /// <summary>Rises within the first fifth, falls over the last half; smooth, because a corner would click.</summary>
    private static double Envelope(double part)
    {
        const double Rise = 0.2;
        const double Fall = 0.5;
        double edge = part < Rise ? part / Rise : part > 1 - Fall ? (1 - part) / Fall : 1;
        return 0.5 - (0.5 * Math.Cos(Math.PI * edge));
    }
}
