using Linnet.Audio;

namespace Linnet.Codecs.Pcm;

/// <summary>
/// Continues the waveform of plain samples over a loss: repeats the stretch that fits best, fading to silence, without clicks.
/// </summary>
/// <remarks>
/// It adds no delay, so the joints are constructed. Into the loss: the difference in value and slope at the joint is added to
/// the repeated stretch, and decays. Within the loss: the end of the stretch joins its start. Out of the loss: the
/// continuation is cross-faded into the first audio that arrives.
/// Idea: ITU-T G.711 appendix I, which delays all sound by 3.75 ms for its joints. Allocates nothing after the constructor.
/// </remarks>
internal sealed class PcmConcealer
{
    private const float HoldMs = 10;
    private const float FadeMs = 50;
    private const float FadeInMs = 5;
    private const float ValueRepairMs = 2.5f;
    private const float SlopeRepairMs = 0.5f;
    private const float Headroom = 1.125f;

    private readonly int _channels;
    private readonly int _rate;

    /// <summary>The last frames heard, concealed ones included; a ring.</summary>
    private readonly float[] _heard;
    private readonly PeriodSearch _search;

    /// <summary>The history in order of time, made when a loss begins; its end is then made into the loop.</summary>
    private readonly float[] _history;
    private readonly float[] _valueGap;
    private readonly float[] _slopeGap;

    /// <summary>
    /// A little more than the greatest sample of the history, per channel: the correction at the joint must not exceed it.
    /// </summary>
    private readonly float[] _limit;
    private int _next;

    /// <summary>Frames of the loop, which lies at the end of <see cref="_history"/>.</summary>
    private int _period;

    /// <summary>Frames continued since the loss began, the ones under a fade-in included, until all is silent; −1: no loss.</summary>
    private int _continued = -1;

    /// <summary>Frames cross-faded since sound is back.</summary>
    private int _fadedIn;

    internal PcmConcealer(AudioFormat format)
    {
        _channels = format.Channels;
        _rate = format.SampleRate;
        _search = new PeriodSearch(format);
        _heard = new float[_search.HistoryFrames * _channels];
        _history = new float[_heard.Length];
        _valueGap = new float[_channels];
        _slopeGap = new float[_channels];
        _limit = new float[_channels];
    }

    private int FadeInFrames => Frames(FadeInMs);

    /// <summary>Takes note of decoded sound. The first of it after a loss is cross-faded with the continuation, in place.</summary>
    internal void Heard(Span<float> pcm)
    {
        if (_continued >= 0)
        {
            FadeIn(pcm);
        }

        Remember(pcm);
    }

    /// <summary>Fills <paramref name="pcm"/>, whole frames, with the continuation of what was heard.</summary>
    internal void Conceal(Span<float> pcm)
    {
        if (_continued < 0 || _fadedIn > 0)
        {
            Begin();
        }

        for (int i = 0; i + _channels <= pcm.Length; i += _channels)
        {
            Continue(pcm.Slice(i, _channels));
        }

        Remember(pcm);
    }

    private void Begin()
    {
        SampleRing.Read(_heard, _next, _history);
        _period = _search.Find(_history);
        _continued = 0;
        _fadedIn = 0;

        int end = _history.Length;
        int loop = end - (_period * _channels);
        for (int channel = 0; channel < _channels; channel++)
        {
            float value = _history[end - _channels + channel] - _history[loop - _channels + channel];
            float before = _history[end - (2 * _channels) + channel] - _history[loop - (2 * _channels) + channel];
            _valueGap[channel] = value;
            _slopeGap[channel] = value - before;
            _limit[channel] = 0;
            for (int i = channel; i < end; i += _channels)
            {
                _limit[channel] = Math.Max(_limit[channel], Headroom * Math.Abs(_history[i]));
            }
        }

        // The loop's last quarter turns into what came before the loop, so that its end runs into its beginning.
        int quarter = Math.Max(_period / 4, 1);
        for (int frame = 0; frame < quarter; frame++)
        {
            float weight = SmoothStep((frame + 1f) / (quarter + 1));
            int from = loop - ((quarter - frame) * _channels);
            int to = end - ((quarter - frame) * _channels);
            for (int channel = 0; channel < _channels; channel++)
            {
                _history[to + channel] += weight * (_history[from + channel] - _history[to + channel]);
            }
        }
    }

    private void Continue(Span<float> frame)
    {
        float elapsedMs = _continued * 1000f / _rate;
        float gain = 1 - SmoothStep((elapsedMs - HoldMs) / FadeMs);
        if (gain <= 0)
        {
            frame.Clear();
            return;
        }

        int loop = _history.Length - ((_period - (_continued % _period)) * _channels);
        float value = 1 - SmoothStep(elapsedMs / ValueRepairMs);
        float slope = (_continued + 1) * (1 - SmoothStep(elapsedMs / SlopeRepairMs));
        for (int channel = 0; channel < frame.Length; channel++)
        {
            float sample = _history[loop + channel] + (value * _valueGap[channel]) + (slope * _slopeGap[channel]);
            frame[channel] = gain * Math.Clamp(sample, -_limit[channel], _limit[channel]);
        }

        _continued++;
    }

    private void FadeIn(Span<float> pcm)
    {
        int fadeIn = FadeInFrames;
        Span<float> continued = stackalloc float[AudioFormat.MaxChannels];
        continued = continued[.._channels];
        for (int i = 0; i + _channels <= pcm.Length; i += _channels)
        {
            if (_fadedIn == fadeIn)
            {
                _continued = -1;
                _fadedIn = 0;
                return;
            }

            Continue(continued);
            float weight = SmoothStep((_fadedIn + 1f) / (fadeIn + 1));
            _fadedIn++;
            for (int channel = 0; channel < _channels; channel++)
            {
                pcm[i + channel] = continued[channel] + (weight * (pcm[i + channel] - continued[channel]));
            }
        }
    }

    private void Remember(ReadOnlySpan<float> pcm)
    {
        if (pcm.Length > _heard.Length)
        {
            pcm = pcm[^_heard.Length..];
        }

        SampleRing.Write(_heard, _next, pcm);
        _next = (_next + pcm.Length) % _heard.Length;
    }

    private int Frames(float ms) => Math.Max((int)(ms * _rate / 1000), 2);

    /// <summary>0 to 1 for 0 to 1, level at both ends, so that neither value nor slope jumps.</summary>
    private static float SmoothStep(float x)
    {
        x = Math.Clamp(x, 0, 1);
        return x * x * (3 - (2 * x));
    }
}
