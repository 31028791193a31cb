using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Clock;

namespace Linnet.Sources;

/// <summary>The sound that a program makes itself and writes, as PCM in memory.</summary>
/// <remarks>
/// <para>
/// <b>Back-pressure</b> (the default): the station takes the sound at its own pace, up to <c>EncodeAhead</c> before it is due. A write
/// waits while <see cref="PcmSourceOptions.Buffer"/> is full, so no sound is lost; that includes the time before the station starts, which
/// its first listener does unless its options say otherwise. If the program writes too little, the station waits and then resets its
/// clock: listeners hear a pause.
/// </para>
/// <para>
/// <b>Live</b> (<see cref="PcmSourceOptions.IsLive"/>): a write never waits, takes only a short lock and does not allocate, so that the
/// callback of a sound card may call it. The station sends sound when it arrives and follows its pace. Sound written before the station
/// starts is dropped. <i>Overflow</i>: if the station does not read in time, the oldest sound is dropped, and the rest is marked with a
/// discontinuity. <i>Underrun</i>: if nothing is written for <see cref="PcmSourceOptions.Buffer"/>, the station sends silence in real time
/// until the next write. Write blocks of 5 to 50 ms: sound waits until its block is complete.
/// </para>
/// <para>
/// <b>Threads:</b> any thread may write, one at a time; a second one gets an <see cref="InvalidOperationException"/>. The station's
/// thread reads. The other members may be used by any thread. Samples are interleaved floats, full scale ±1, or signed 16-bit integers;
/// a station limits floats to 16 times full scale and treats NaN as silence.
/// </para>
/// </remarks>
public sealed class PcmSource : IAudioSource
{
    // How often a waiting read looks at the clock, and the least silence it gives at once: the block of a station.
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    /// <summary>Samples per channel that are converted from integers at a time.</summary>
    private const int PieceFrames = 1024;

    private readonly PcmSourceOptions _options;
    private readonly TimeProvider _time;
    private readonly PcmBuffer _buffer;
    private readonly float[] _piece;
    private int _isWriting;
    private volatile bool _isComplete;
    private volatile bool _isDisposed;
    private volatile bool _isMissing;
    private bool _isRead;
    private bool _isHeard;
    private long _heardAt;
    private MediaTimeline _silence;
    private long _silent;
    private long _overflows;
    private long _underruns;

    /// <summary>Creates a source without sound.</summary>
    /// <param name="format">The format of all that is written: 2,000–384,000 Hz and 1–8 channels, in WAV order.</param>
    /// <param name="options">Whose clock sets the pace, and how much is buffered; default: the station's, and 200 ms.</param>
    /// <param name="time">The clock that notices underruns; default <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="ArgumentException">The format or the options are out of range; the message says what to change.</exception>
    public PcmSource(AudioFormat format, PcmSourceOptions? options = null, TimeProvider? time = null)
    {
        Format = format.ThrowIfInvalid();
        _options = (options ?? new PcmSourceOptions()).ThrowIfInvalid();
        _time = time ?? TimeProvider.System;
        _buffer = new PcmBuffer(format, format.FramesIn(_options.Buffer));
        _piece = new float[PieceFrames * format.Channels];
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <inheritdoc/>
    public int BitDepth => _options.BitDepth;

    /// <inheritdoc/>
    public bool IsLive => _options.IsLive;

    /// <inheritdoc/>
    public TimeSpan? Duration => null;

    /// <inheritdoc/>
    public string? Outage => IsLive && _isMissing ? "The program writes no sound." : null;

    /// <summary>Sound that is written and not yet read by the station.</summary>
    public TimeSpan Buffered => Format.DurationOf(_buffer.Frames);

    /// <summary>How often a live station read too late, so that sound was dropped.</summary>
    public long Overflows => Volatile.Read(ref _overflows);

    /// <summary>
    /// How often the station waited for sound for longer than <see cref="PcmSourceOptions.Buffer"/>, since the first sound it read.
    /// </summary>
    public long Underruns => Volatile.Read(ref _underruns);

    /// <summary>Writes sound; waits until the buffer has taken all of it, unless the source is live.</summary>
    /// <param name="pcm">Whole frames, interleaved, full scale ±1. Copied: the caller may reuse it after the call.</param>
    /// <param name="cancellationToken">Ends the wait. Frames that were taken before are sent.</param>
    /// <exception cref="ArgumentException"><paramref name="pcm"/> does not consist of whole frames.</exception>
    /// <exception cref="InvalidOperationException">Another thread is writing, or <see cref="Complete"/> was called.</exception>
    /// <exception cref="ObjectDisposedException">The station that played this source was disposed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public void Write(ReadOnlySpan<float> pcm, CancellationToken cancellationToken = default) => WriteAll(pcm, cancellationToken);

    /// <summary>Writes signed 16-bit samples, in this machine's byte order.</summary>
    /// <inheritdoc cref="Write(ReadOnlySpan{float}, CancellationToken)"/>
    public void Write(ReadOnlySpan<short> pcm, CancellationToken cancellationToken = default) => WriteAll(pcm, cancellationToken);

    /// <summary>Writes sound without blocking a thread; completes when the buffer has taken all of it.</summary>
    /// <param name="pcm">Whole frames, interleaved, full scale ±1. Not used after the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait. Frames that were taken before are sent.</param>
    /// <inheritdoc cref="Write(ReadOnlySpan{float}, CancellationToken)"/>
    public ValueTask WriteAsync(ReadOnlyMemory<float> pcm, CancellationToken cancellationToken = default) =>
        WriteAllAsync(pcm, cancellationToken);

    /// <summary>Writes signed 16-bit samples, in this machine's byte order, without blocking a thread.</summary>
    /// <inheritdoc cref="WriteAsync(ReadOnlyMemory{float}, CancellationToken)"/>
    public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default) =>
        WriteAllAsync(pcm, cancellationToken);

    /// <summary>
    /// Sets the track that begins with the next frame to be written. Listeners get at most one title per second of sound, and of more the
    /// last.
    /// </summary>
    public void SetTrack(TrackInfo track)
    {
        ArgumentNullException.ThrowIfNull(track);
        _buffer.SetTrack(track);
    }

    /// <summary>Ends the sound: once everything written has played, the station ends, or fails. Only the first call counts.</summary>
    /// <param name="problem">
    /// Why the sound ended too early; the station then fails, and its message is the station's. <see langword="null"/>: it is the end.
    /// </param>
    public void Complete(Exception? problem = null)
    {
        _isComplete = true;
        _buffer.End(problem);
    }

    /// <inheritdoc/>
    public SourceRead Read(Span<float> pcm, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pcm.Length, Format.Channels, nameof(pcm));
        if (!_isRead)
        {
            Begin();
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_buffer.TryRead(pcm, out SourceRead read))
            {
                return Heard(read);
            }

            if (Silence(pcm, _time.GetTimestamp()) is > 0 and int frames)
            {
                return new SourceRead(frames);
            }

            // Once a source that need not give silence has counted its underrun, the clock does not matter.
            _buffer.WaitForSound(_isMissing && !IsLive ? Timeout.InfiniteTimeSpan : Step, cancellationToken);
        }
    }

    /// <summary>Ends the source; a write that waits, and any later one, gets an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _buffer.End();
        _buffer.Close();
        _buffer.Dispose();
    }

    private void WriteAll<T>(ReadOnlySpan<T> pcm, CancellationToken cancellationToken)
        where T : unmanaged
    {
        BeginWrite(pcm.Length);
        try
        {
            while (true)
            {
                pcm = pcm[Add(pcm, cancellationToken)..];
                if (pcm.IsEmpty)
                {
                    return;
                }

                _buffer.WaitForRoom().Wait(cancellationToken);
            }
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }

    private async ValueTask WriteAllAsync<T>(ReadOnlyMemory<T> pcm, CancellationToken cancellationToken)
        where T : unmanaged
    {
        BeginWrite(pcm.Length);
        try
        {
            while (true)
            {
                pcm = pcm[Add(pcm.Span, cancellationToken)..];
                if (pcm.IsEmpty)
                {
                    return;
                }

                await _buffer.WaitForRoom().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }

    private void BeginWrite(int samples)
    {
        if (samples % Format.Channels != 0)
        {
            throw new ArgumentException($"{samples} samples are not whole frames of {Format.Channels} channels.");
        }

        if (Interlocked.Exchange(ref _isWriting, 1) != 0)
        {
            throw new InvalidOperationException("Another thread is writing to this source. Only one may write at a time.");
        }
    }

    /// <summary>Adds the first of some samples.</summary>
    /// <returns>Samples taken. Fewer than all of them: wait for room if none were.</returns>
    private int Add<T>(ReadOnlySpan<T> pcm, CancellationToken cancellationToken)
        where T : unmanaged
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_isComplete)
        {
            throw new InvalidOperationException($"The sound has ended: {nameof(Complete)} was called.");
        }

        int added = 0;
        int taken;
        do
        {
            ReadOnlySpan<float> piece = typeof(T) == typeof(short) ? ToFloat(MemoryMarshal.Cast<T, short>(pcm[added..]))
                : MemoryMarshal.Cast<T, float>(pcm[added..]);
            taken = Take(piece);
            added += taken;
        }
        while (taken > 0 && added < pcm.Length);
        return added;
    }

    private int Take(ReadOnlySpan<float> pcm)
    {
        if (!IsLive)
        {
            return _buffer.Append(pcm) * Format.Channels;
        }

        _buffer.Push(pcm);
        return pcm.Length;
    }

    private Span<float> ToFloat(ReadOnlySpan<short> pcm)
    {
        pcm = pcm[..Math.Min(pcm.Length, _piece.Length)];
        SampleEncoding encoding = BitConverter.IsLittleEndian ? SampleEncoding.S16LE : SampleEncoding.S16BE;
        return _piece.AsSpan(0, PcmConvert.ToFloat(encoding, MemoryMarshal.AsBytes(pcm), _piece));
    }

    private void Begin()
    {
        (_isRead, _heardAt) = (true, _time.GetTimestamp());
        if (IsLive)
        {
            // A live station begins with current sound.
            _buffer.Clear();
        }
    }

    private SourceRead Heard(in SourceRead read)
    {
        (_heardAt, _isHeard, _isMissing) = (_time.GetTimestamp(), true, false);
        if (read.Discontinuity)
        {
            Volatile.Write(ref _overflows, _overflows + 1);
        }

        return read;
    }

    /// <summary>While there is no sound: counts the underrun, and gives the silence that is due if the source is live.</summary>
    /// <returns>Frames of silence; 0 for none.</returns>
    private int Silence(Span<float> pcm, long now)
    {
        if (!_isMissing)
        {
            if (_time.GetElapsedTime(_heardAt, now) < _options.Buffer)
            {
                return 0;
            }

            _isMissing = true;
            (_silence, _silent) = (new MediaTimeline(_heardAt, Format.SampleRate, _time.TimestampFrequency), 0);
            if (_isHeard)
            {
                Volatile.Write(ref _underruns, _underruns + 1);
            }
        }

        long due = _silence.PositionAt(now) - _silent;
        if (!IsLive || due < Format.FramesIn(Step))
        {
            return 0;
        }

        int frames = (int)Math.Min(due, pcm.Length / Format.Channels);
        _silent += frames;
        pcm[..(frames * Format.Channels)].Clear();
        return frames;
    }
}
