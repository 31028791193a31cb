using Linnet.Audio;
using Linnet.Codecs.Ffmpeg;

namespace Linnet.Codecs.Streams;

/// <summary>A stream that the <c>ffmpeg</c> program decodes: AAC, WebM, MPEG-TS. Nothing of it can be passed on as it is.</summary>
/// <remarks>
/// The program is a child that reads one pipe by one demuxer and writes another; it can open nothing else, and has a limit of memory. Two
/// threads carry the bytes between it and bounded queues, so that <see cref="Write"/> waits for it a while and not for ever: a child that
/// takes nothing for <see cref="StallLimit"/> is killed. So is one that works more than the sound is worth: sound comes at the pace at
/// which it is played, errors do not.
/// </remarks>
/// <param name="format">The demuxer.</param>
/// <param name="searchPath">Where to look for ffmpeg: the value of PATH.</param>
/// <param name="stallLimit">Instead of <see cref="StallLimit"/>.</param>
/// <param name="freeWork">Instead of <see cref="FreeWork"/>.</param>
internal sealed class FfmpegStreamDecoder(string format, string? searchPath, TimeSpan? stallLimit = null, TimeSpan? freeWork = null)
    : IStreamDecoder
{
    /// <summary>How long the child may take neither bytes nor give any while bytes wait for it.</summary>
    internal static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(10);

    /// <summary>
    /// What the child may take of the processor beyond <see cref="WorkPerSound"/>. Judged here as bytes come; the backstop, for a child
    /// that works while none come, is the system's limit, which <see cref="FfmpegProcess"/> sets and which allows more.
    /// </summary>
    internal static readonly TimeSpan FreeWork = TimeSpan.FromSeconds(10);

    /// <summary>Seconds of the processor for each second of sound. Decoding takes some hundredths.</summary>
    internal const double WorkPerSound = 0.5;

    /// <summary>Bytes taken without any sound coming of them after which there is none.</summary>
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

    private static StreamProblem NoSound => new(StreamFault.NotSound, "ffmpeg finds no sound in the stream that it can decode.");

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

    /// <summary>Gives what the child has given. False: it has given nothing.</summary>
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
                $"ffmpeg, which decodes the stream, worked for more than {allowed:F0} s on {_relay?.Seconds ?? 0:F0} s of sound, and was "
                    + "stopped.");
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

            // It has gone while there was more to decode.
            _problem ??= _relay is { HasFormat: true }
                ? new StreamProblem(StreamFault.Stalled, "ffmpeg, which decodes the stream, ended before it did.") : NoSound;
            return false;
        }

        _problem = new StreamProblem(
            StreamFault.Stalled, $"ffmpeg, which decodes the stream, did nothing for {_limit.TotalSeconds:F0} s, and was stopped.");
        _pipes.Dispose();
        return false;
    }

    /// <summary>What ffmpeg writes is PCM; what was sent is not.</summary>
    private sealed class Relay : IStreamSink
    {
        private AudioFormat _pcm;

        public IStreamSink? Sink { get; set; }

        public bool HasFormat { get; private set; }

        /// <summary>Seconds of sound so far.</summary>
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
