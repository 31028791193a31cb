using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Transports.Http.Push;

/// <summary>
/// The bytes of one stream on their way to a station or a player: checks their type, their rate and whether they give audio. Used by
/// one thread.
/// </summary>
internal sealed class PushFeed : IStreamSink
{
    /// <summary>
    /// Bytes in a row without audio, after the first audio, that end a push. Four times as many as before it: a stream may hold
    /// pictures beside the audio, and ffmpeg reads ahead of its output.
    /// </summary>
    internal const int MaxSoundless = 4 << 20;

    /// <summary>The most bytes before the first audio of a push, not counting tags and pictures.</summary>
    internal const int MaxPreamble = 1 << 20;

    /// <summary>
    /// Bytes in a row of tags and pictures that do not count for the limits of bytes without sound: no more than a push may send at once.
    /// </summary>
    internal const int MaxTagBytes = 32 << 20;

    /// <summary>−80 dB: lower levels are silence.</summary>
    private const float Silence = 1e-4f;

    private readonly PushServerOptions _options;
    private readonly IStreamTarget _writer;
    private readonly IStreamDecoder _decoder;
    private readonly TimeProvider _time;
    private double _bits;
    private long _drained;
    private double _silent;
    private long _soundAt;
    private long _soundBytes;
    private long _soundTagBytes;
    private bool _isFlushed;

    internal PushFeed(PushServerOptions options, IStreamTarget writer, IStreamDecoder decoder, TimeProvider time)
    {
        _options = options;
        _writer = writer;
        _decoder = decoder;
        _time = time;
        _drained = _soundAt = time.GetTimestamp();
    }

    /// <summary>Whether there was sound in it.</summary>
    internal bool HasSound { get; private set; }

    /// <summary>Bytes of the stream so far.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Why it cannot be decoded, if it cannot: a sentence for the pusher.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Called when it is known what is sent.</summary>
    internal Action? Begun { get; init; }

    /// <summary>Takes the next bytes.</summary>
    /// <returns>Why the push has to end; <see langword="null"/>: go on.</returns>
    internal string? Write(ReadOnlySpan<byte> bytes)
    {
        if (!_writer.IsCurrent)
        {
            return "another client took over";
        }

        Bytes += bytes.Length;
        if (!IsWithinRate(bytes.Length))
        {
            Problem = $"This sends more than {_options.MaxBitRate} bits per second.";
            return "it sent more bits per second than a push may";
        }

        _decoder.Write(bytes, this);
        return Judge();
    }

    /// <summary>After the last byte.</summary>
    /// <returns>Why the end is not orderly; <see langword="null"/>: it is.</returns>
    internal string? Complete()
    {
        Flush();
        if (!HasSound)
        {
            Problem ??= _decoder.Problem?.Text ?? "No sound was found in this.";
        }

        return HasSound ? null : "no sound was found in it";
    }

    /// <summary>
    /// Flushes the decoder, however the stream ended: its last sample is played. Nothing is written after it.
    /// </summary>
    internal void Flush()
    {
        if (!_isFlushed && Problem is null && _writer is { IsCurrent: true, HasOverflowed: false })
        {
            _isFlushed = true;
            _decoder.Complete(this);
        }
    }

    /// <summary>Holds the pusher where it is faster than the station.</summary>
    internal async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        Task room = _writer.WaitForRoomAsync(cancellationToken);
        if (!room.IsCompletedSuccessfully)
        {
            await room.ConfigureAwait(false);

            // We waited, not the client.
            _soundAt = _time.GetTimestamp();
        }
    }

    public void OnFormat(StreamFormat format)
    {
        bool isFirst = _writer.Format is null;
        _writer.OnFormat(format);
        if (isFirst)
        {
            Begun?.Invoke();
        }
    }

    public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm)
    {
        if (!pcm.IsEmpty)
        {
            HasSound = true;
            _soundAt = _time.GetTimestamp();
            _soundBytes = Bytes;
            _soundTagBytes = _decoder.TagBytes;
        }

        if (_writer.Format is { } format)
        {
            bool isSilent = !pcm.ContainsAnyExceptInRange(-Silence, Silence);
            _silent = isSilent ? _silent + ((double)pcm.Length / format.Pcm.Channels / format.Pcm.SampleRate) : 0;
        }

        _writer.OnPacket(packet, pcm);
    }

    public void OnTrack(TrackInfo track) => _writer.OnTrack(track);

    private string? Judge()
    {
        if (_decoder.Problem is { } problem)
        {
            Problem = problem.Text;
            return $"it cannot be decoded: {problem.Text}";
        }

        if (_writer.HasOverflowed)
        {
            Problem = "This decodes to more audio than its bytes may.";
            return "it decodes to more audio than its bytes may";
        }

        long soundless = Bytes - _soundBytes - Math.Min(_decoder.TagBytes - _soundTagBytes, MaxTagBytes);
        if (!HasSound && soundless > MaxPreamble)
        {
            Problem = "No sound was found in this.";
            return "no sound was found in it";
        }

        if (HasSound && soundless > MaxSoundless)
        {
            Problem = $"There is no sound in the last {MaxSoundless >> 20} MiB of this.";
            return "its last data held no sound";
        }

        // Bytes without audio do not count as activity: they would hold the station for good.
        if (_time.GetElapsedTime(_soundAt) > _options.MaxTimeWithoutSound)
        {
            Problem = HasSound ? "There is no more sound in this." : "No sound was found in this.";
            return $"there was no sound in it for {_options.MaxTimeWithoutSound.TotalSeconds:F0} s";
        }

        return _options.SilenceTime > TimeSpan.Zero && _silent > _options.SilenceTime.TotalSeconds ? "it was silent for too long" : null;
    }

    private bool IsWithinRate(int bytes)
    {
        long now = _time.GetTimestamp();
        _bits = Math.Max(0, _bits - (_time.GetElapsedTime(_drained, now).TotalSeconds * _options.MaxBitRate)) + (8.0 * bytes);
        _drained = now;
        return _bits <= _options.MaxBitRate * PushServerOptions.RateTime.TotalSeconds;
    }
}
