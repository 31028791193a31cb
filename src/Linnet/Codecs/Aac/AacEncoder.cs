using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Codecs.Ffmpeg;
using Linnet.Codecs.Streams;
using Linnet.Wire;
using Linnet.Wire.Mpeg;

namespace Linnet.Codecs.Aac;

/// <summary>AAC-LC encoder using the <c>ffmpeg</c> program. A packet is one raw AAC packet, without a header.</summary>
/// <remarks>
/// ffmpeg is a child process, started by the first block. It reads samples from a pipe and writes ADTS to another. Threads move the bytes,
/// so <see cref="Encode"/> never waits: packets are taken when they have come back, some blocks later. A child that exits, or that returns
/// nothing for <see cref="AnswerLimit"/>, is an error. Samples are limited to ±16, and NaN becomes silence.
/// </remarks>
internal sealed class AacEncoder : IAudioEncoder
{
    /// <summary>How long ffmpeg may return nothing while it owes packets.</summary>
    internal static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    /// <summary>How long all packets after the last block may take.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Sound that may wait for ffmpeg. More than a rendition starts with, which is at most 35 s of its station's history.
    /// </summary>
    private static readonly TimeSpan MaxQueued = TimeSpan.FromSeconds(50);

    /// <summary>
    /// Blocks that ffmpeg keeps before it owes a packet: two of look-ahead, and since version 6.1 up to 8 that it reads at a time.
    /// </summary>
    private const int HeldBack = 10;

    /// <summary>Sound that ffmpeg reads at a time, at most (since version 6.1), and what threads and pipes add.</summary>
    private static readonly TimeSpan ReadTime = TimeSpan.FromMilliseconds(100 + 50);

    private readonly int _bitRate;
    private readonly string? _searchPath;
    private readonly TimeProvider _time;
    private readonly ByteWindow _pending = new(AdtsHeader.MaxFrameLength + FfmpegPipes.PieceLength);
    private FfmpegPipes? _pipes;
    private float[] _limited = [];
    private long _blocks;
    private long _taken;
    private long? _owesSince;
    private long? _completedAt;
    private bool _isFull;

    /// <summary>Creates an encoder. ffmpeg is not started yet.</summary>
    /// <param name="format">One or two channels, at one of the rates from <see cref="AacRates.SampleRateFor"/>.</param>
    /// <param name="bitRate">Bits per second on average, as from <see cref="AacRates.BitRateFor"/>.</param>
    /// <param name="searchPath">Where to find ffmpeg: the value of PATH. Default: that of this process.</param>
    /// <param name="time">The clock; default <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="ArgumentException">AAC has no such format or bit rate.</exception>
    public AacEncoder(AudioFormat format, int bitRate, string? searchPath = null, TimeProvider? time = null)
    {
        if (!AacRates.IsSampleRate(format.SampleRate) || format.Channels is < 1 or > 2)
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "AAC does not support this format.");
        }

        if (bitRate <= 0 || AacRates.BitRateFor(format.SampleRate, format.Channels, bitRate) != bitRate)
        {
            throw new ArgumentOutOfRangeException(nameof(bitRate), bitRate, "AAC does not have this bit rate for the format.");
        }

        Format = format;
        Payload = new PayloadFormat("aac", format.SampleRate, format.Channels);
        _bitRate = bitRate;
        _searchPath = searchPath ?? Environment.GetEnvironmentVariable("PATH");
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>For display only: RTP carries AAC in another form, and no client asks for it.</summary>
    public PayloadFormat Payload { get; }

    /// <inheritdoc/>
    public int FramesPerPacket => AacRates.FramesPerPacket;

    /// <summary>Delay of the sound, in frames, for a decoder that starts at the first packet: ffmpeg puts one packet before it.</summary>
    public int Delay => AacRates.FramesPerPacket;

    /// <inheritdoc/>
    public int MaxPacketLength => AdtsHeader.MaxFrameLength - AdtsHeader.Length;

    /// <summary>How long before a packet is there its first frame must be read: for the packet, the look-ahead and the pipes.</summary>
    internal static TimeSpan AnswerTime(AudioFormat format) => format.DurationOf(3 * AacRates.FramesPerPacket) + ReadTime;

    /// <inheritdoc/>
    public int Encode(ReadOnlySpan<float> pcm, Span<byte> packet)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pcm.Length, FramesPerPacket * Format.Channels, nameof(pcm));

        int maxInput = Format.FramesIn(MaxQueued) * Format.Channels * sizeof(float);
        _pipes ??= new FfmpegPipes(() => FfmpegProcess.StartAacEncoder(Format, _bitRate, _searchPath), maxInput);
        _isFull = !_pipes.TryWrite(MemoryMarshal.AsBytes(SampleLimit.Within(pcm, ref _limited)));
        _blocks++;
        return 0;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">ffmpeg has exited, did not start, or returned something other than AAC.</exception>
    /// <exception cref="TimeoutException">ffmpeg does not answer, or is far too slow.</exception>
    public bool TryTake(Span<byte> packet, out int length, out int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(packet.Length, MaxPacketLength, nameof(packet));

        while (!TryCut(packet, out length))
        {
            if (_pipes?.TakeOutput() is byte[] output)
            {
                ReadOnlySpan<byte> bytes = output;
                _pending.Fill(ref bytes);
            }
            else if (!WaitForRest())
            {
                Check();
                frames = 0;
                return false;
            }
        }

        frames = FramesPerPacket;
        return true;
    }

    /// <summary>Ends ffmpeg's input. The next calls of <see cref="TryTake"/> wait for its last packets.</summary>
    public void Complete()
    {
        _completedAt = _owesSince = _time.GetTimestamp();
        _pipes?.EndInput();
    }

    /// <summary>Ends ffmpeg, and the threads of its pipes.</summary>
    public void Dispose() => _pipes?.Dispose();

    /// <summary>Takes a packet from the front of the pending bytes.</summary>
    private bool TryCut(Span<byte> packet, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> pending = _pending.Bytes;
        if (pending.Length < AdtsHeader.Length)
        {
            return false;
        }

        if (!AdtsHeader.TryParse(pending, out int header, out int frame, out int packets) || packets != 1)
        {
            throw new IOException("The AAC encoder stopped: ffmpeg returned something other than AAC.");
        }

        if (pending.Length < frame)
        {
            return false;
        }

        length = frame - header;
        pending[header..frame].CopyTo(packet);
        _pending.Consume(frame);
        _taken++;
        _owesSince = null;
        _pipes!.Grant(Format.DurationOf(_taken * FramesPerPacket));
        return true;
    }

    /// <summary>After the last block, waits until there is more output, or ffmpeg has ended.</summary>
    private bool WaitForRest()
    {
        if (_completedAt is not long start || _pipes is not { HasEnded: false })
        {
            return false;
        }

        _owesSince ??= _time.GetTimestamp();
        TimeSpan left = AnswerLimit - _time.GetElapsedTime(_owesSince.Value);
        bool isInTime = left > TimeSpan.Zero && _time.GetElapsedTime(start) < EndLimit;
        return isInTime && _pipes.Wait(left) ? true : throw TooSlow();
    }

    /// <summary>Throws if ffmpeg has failed. To be called when all of its output was taken.</summary>
    private void Check()
    {
        if (_pipes is { HasEnded: true } && (_completedAt is null || _taken < _blocks))
        {
            throw new IOException($"The AAC encoder stopped: {_pipes.FindProblem() ?? "ffmpeg exited early"}.");
        }

        if (_completedAt is not null || _blocks - _taken <= HeldBack)
        {
            _owesSince = null;
            return;
        }

        _owesSince ??= _time.GetTimestamp();
        if (_isFull || _time.GetElapsedTime(_owesSince.Value) >= AnswerLimit)
        {
            throw TooSlow();
        }
    }

    private static TimeoutException TooSlow() =>
        new("The AAC encoder stopped: ffmpeg is too slow, or does not answer. The machine may be overloaded.");
}
