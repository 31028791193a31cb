using Linnet.Audio;
using Linnet.Codecs.Ffmpeg;

namespace Linnet.Codecs.Streams;

/// <summary>Decodes a stream with the <c>ffmpeg</c> program: AAC, WebM, MPEG-TS. Its packets cannot be passed on.</summary>
/// <remarks>
/// ffmpeg is a child process that reads a pipe with one demuxer and writes to another pipe. It can open nothing else, and its memory is
/// limited. Two threads move bytes between the pipes and bounded queues, so <see cref="Write"/> waits only for a limited time: a child that
/// takes and gives nothing for <see cref="StallLimit"/> is killed. So is a child that uses too much CPU time for its output: sound arrives
/// at playback speed, errors do not.
/// </remarks>
/// <param name="format">Name of ffmpeg's demuxer.</param>
/// <param name="searchPath">Where to find ffmpeg: the value of PATH.</param>
/// <param name="stallLimit">Replaces <see cref="StallLimit"/>.</param>
/// <param name="freeWork">Replaces <see cref="FreeWork"/>.</param>
internal sealed class FfmpegStreamDecoder(string format, string? searchPath, TimeSpan? stallLimit = null, TimeSpan? freeWork = null)
    : IStreamDecoder
{
    /// <summary>How long the child may neither take nor give bytes while bytes wait for it.</summary>
    internal static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// CPU time that the child may use beyond <see cref="WorkPerSound"/>. It is checked here when bytes arrive. For a child that works
    /// while none arrive, the system's limit is the backstop: <see cref="FfmpegProcess"/> sets it, and it is higher.
    /// </summary>
    internal static readonly TimeSpan FreeWork = TimeSpan.FromSeconds(10);

    /// <summary>CPU seconds allowed per second of sound. Decoding takes a few hundredths.</summary>
    internal const double WorkPerSound = 0.5;

    /// <summary>Bytes without any sound after which the stream is rejected.</summary>
    internal const int MaxSilent = 4 << 20;

    private const int MaxPiece = 1 << 14;

    private readonly WavStreamDecoder _wav = new();
    private readonly TimeSpan _limit = stallLimit ?? StallLimit;
    private readonly TimeSpan _freeWork = freeWork ?? FreeWork;
    private FfmpegPipes? _pipes;
    private Relay? _relay;
    private long _taken;
    private long _judged;
    private StreamProblem? _problem;

    /// <inheritdoc/>
    public StreamProblem? Problem => _problem ?? (_wav.Problem is null ? null : NoSound);

    private static StreamProblem NoSound => new(StreamFault.NotSound, "ffmpeg found no audio that it can decode in the stream.");

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, IStreamSink sink)
    {
        while (Problem is null && !bytes.IsEmpty && TryStart())
        {
            ReadOnlySpan<byte> piece = bytes[..Math.Min(bytes.Length, MaxPiece)];
            if (!_pipes!.TryWrite(piece))
            {
                if (!Drain(sink) && !Wait())
                {
                    return;
                }

                continue;
            }

            bytes = bytes[piece.Length..];
            _taken += piece.Length;
            Drain(sink);
            if (_taken > MaxSilent && _relay is null or { HasFormat: false })
            {
                _problem ??= NoSound;
            }

            JudgeWork();
        }
    }

    /// <inheritdoc/>
    public void Complete(IStreamSink sink)
    {
        _pipes?.EndInput();
        while (Problem is null && _pipes is { HasEnded: false })
        {
            if (!Drain(sink) && !Wait())
            {
                return;
            }
        }

        Drain(sink);
        if (_relay is null or { HasFormat: false })
        {
            _problem ??= NoSound;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pipes?.Dispose();

    private bool TryStart()
    {
        try
        {
            _pipes ??= new FfmpegPipes(FfmpegProcess.StartOnPipe(format, searchPath));
            return true;
        }
        catch (IOException e)
        {
            _problem = new StreamProblem(StreamFault.Unavailable, e.Message);
            return false;
        }
    }

    /// <summary>Passes on the child's output. Returns false if there was none.</summary>
    private bool Drain(IStreamSink sink)
    {
        bool any = false;
        _relay ??= new Relay();
        _relay.Sink = sink;
        while (Problem is null && _pipes?.TakeOutput() is byte[] output)
        {
            any = true;
            _wav.Write(output, _relay);
        }

        return any;
    }

    private void JudgeWork()
    {
        if (Problem is not null || _taken - _judged < MaxPiece)
        {
            return;
        }

        _judged = _taken;
        _pipes!.Grant(TimeSpan.FromSeconds(_relay?.Seconds ?? 0));
        double allowed = _freeWork.TotalSeconds + (WorkPerSound * (_relay?.Seconds ?? 0));
        if (_pipes.ProcessorTime.TotalSeconds > allowed)
        {
            _problem = new StreamProblem(
                StreamFault.Stalled,
                $"ffmpeg, which decodes the stream, used more than {allowed:F0} s of CPU time for {_relay?.Seconds ?? 0:F0} s of audio, "
                    + "and was stopped.");
            _pipes.Dispose();
        }
    }

    private bool Wait()
    {
        if (_pipes!.Wait(_limit))
        {
            if (_pipes is not { HasEnded: true, InputEnded: false })
            {
                return true;
            }

            // It ended while there was more to decode.
            _problem ??= _relay is { HasFormat: true }
                ? new StreamProblem(StreamFault.Stalled, "ffmpeg, which decodes the stream, exited before the stream ended.") : NoSound;
            return false;
        }

        _problem = new StreamProblem(
            StreamFault.Stalled, $"ffmpeg, which decodes the stream, did nothing for {_limit.TotalSeconds:F0} s, and was stopped.");
        _pipes.Dispose();
        return false;
    }

    /// <summary>Passes on the sound as PCM, but reports that the stream itself is not PCM.</summary>
    private sealed class Relay : IStreamSink
    {
        private AudioFormat _pcm;

        public IStreamSink? Sink { get; set; }

        public bool HasFormat { get; private set; }

        /// <summary>Duration of the sound so far, in seconds.</summary>
        public double Seconds { get; private set; }

        public void OnFormat(StreamFormat format)
        {
            HasFormat = true;
            _pcm = format.Pcm;
            Sink!.OnFormat(format with { Codec = StreamCodec.Other, BitDepth = 0, BitRate = 0 });
        }

        public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm)
        {
            Seconds += pcm.Length / (double)(_pcm.Channels * _pcm.SampleRate);
            Sink!.OnPacket([], pcm);
        }

        public void OnTrack(TrackInfo track) => Sink!.OnTrack(track);
    }
}
