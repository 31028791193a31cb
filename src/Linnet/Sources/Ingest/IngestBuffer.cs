using System.Diagnostics.CodeAnalysis;
using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Sources.Ingest;

/// <summary>
/// Decoded sound between one who sends it at its own pace and a station that plays it: PCM of one format, with the packets it was made of
/// and the titles beside it, each at its frame.
/// </summary>
/// <remarks>One writer at a time, one reader. A writer that is too fast is asked to wait; the reader never waits.</remarks>
public sealed class IngestBuffer
{
    /// <summary>The most samples that are kept however much a few bytes decode to: 64 MiB.</summary>
    internal const int MaxSamples = 1 << 24;

    /// <summary>The most bytes of packets kept beside the sound. Beyond it sound is played, but not passed on as sent.</summary>
    internal const int MaxPacketBytes = 1 << 24;

    /// <summary>What a packet takes beside its bytes, so that very many small ones are bounded too.</summary>
    internal const int PacketCost = 128;

    // There is one title a second at most, and of losses nobody needs to know the number.
    private const int MaxTitles = 64;
    private const int MaxLosses = 1024;

    // Each title is a line in the log, and a new chained stream for whoever hears Ogg.
    private static readonly TimeSpan TrackTime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<(long Position, StreamPacket Packet)> _packets = new();
    private readonly Queue<(long Position, TrackInfo Track)> _tracks = new();
    private readonly Queue<long> _losses = new();
    private readonly IngestOptions _options;
    private float[] _samples = [];
    private AudioFormat? _format;
    private IngestWriter? _writer;
    private TaskCompletionSource? _room;
    private TrackInfo? _track;
    private TrackInfo? _awaited;
    private long? _trackAt;
    private long _read;
    private long _written;
    private long _packetBytes;

    /// <summary>An empty buffer.</summary>
    /// <param name="name">The station's name.</param>
    /// <param name="options">How much waits.</param>
    /// <param name="format">What it holds; <see langword="null"/>: what the first writer brings.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems; the message lists them.</exception>
    public IngestBuffer(string name, IngestOptions options, AudioFormat? format = null)
    {
        _options = options.ThrowIfInvalid();
        _format = format;
        Name = name;
    }

    /// <summary>The station's name.</summary>
    public string Name { get; }

    /// <summary>The PCM it holds; <see langword="null"/> until that is known.</summary>
    public AudioFormat? Format
    {
        get
        {
            lock (_gate)
            {
                return _format;
            }
        }
    }

    /// <summary>Called on the first writer's thread when the format shows; if it throws, the format is unknown again.</summary>
    public Action<StreamFormat>? FormatKnown { get; set; }

    /// <summary>Called when a writer's first format is known, on its thread, after <see cref="FormatKnown"/>.</summary>
    public Action<IngestWriter>? Begun { get; set; }

    /// <summary>Who writes now.</summary>
    public IngestWriter? Writer
    {
        get
        {
            lock (_gate)
            {
                return _writer;
            }
        }
    }

    /// <summary>What waits when sound arrives evenly.</summary>
    internal TimeSpan Target => _options.Target;

    /// <summary>Memory that sound and packets take.</summary>
    internal long HeldBytes
    {
        get
        {
            lock (_gate)
            {
                return ((long)_samples.Length * sizeof(float)) + _packetBytes;
            }
        }
    }

    /// <summary>Becomes the one who writes.</summary>
    /// <param name="origin">Who it is, for people.</param>
    /// <param name="takesOver">Whether one who writes now has to go.</param>
    /// <param name="writer">Takes the sound; disposed at its end.</param>
    /// <returns><see langword="false"/> if somebody else writes.</returns>
    public bool TryBegin(string origin, bool takesOver, [NotNullWhen(true)] out IngestWriter? writer)
    {
        lock (_gate)
        {
            writer = _writer is null || takesOver ? new IngestWriter(this, origin) : null;
            if (writer is not null)
            {
                _writer = writer;
                (_track, _awaited, _trackAt) = (null, null, null);
                _room?.TrySetResult();
                _room = null;
            }

            return writer is not null;
        }
    }

    /// <summary>Says that another track begins with the sound that arrives next.</summary>
    /// <returns><see langword="false"/> if nobody writes.</returns>
    public bool TrySetTrack(TrackInfo track)
    {
        if (Writer is not { } writer)
        {
            return false;
        }

        SetTrack(writer, track);
        return true;
    }

    /// <summary>What waits, and who it is waiting for.</summary>
    internal IngestState GetState()
    {
        lock (_gate)
        {
            return new IngestState((int)(_written - _read), _writer is not null, _room is not null);
        }
    }

    /// <summary>Takes what waits, up to the next title.</summary>
    /// <param name="pcm">Room for whole frames.</param>
    /// <param name="packets">Gets the packets whose sound begins in them.</param>
    /// <param name="track">Another track, if one begins at the first of them.</param>
    /// <param name="isBroken">Whether sound is missing before the first of them.</param>
    /// <returns>Frames; 0 if nothing waits.</returns>
    internal int Read(Span<float> pcm, List<StreamPacket> packets, out TrackInfo? track, out bool isBroken)
    {
        lock (_gate)
        {
            (track, isBroken) = (null, false);
            if (_format is not { } format || _written == _read)
            {
                return 0;
            }

            while (_tracks.TryPeek(out (long Position, TrackInfo Track) title) && title.Position <= _read)
            {
                track = _tracks.Dequeue().Track;
            }

            while (_losses.TryPeek(out long loss) && loss <= _read)
            {
                isBroken = true;
                _losses.Dequeue();
            }

            long end = Math.Min(_written, _read + (pcm.Length / format.Channels));
            end = _tracks.TryPeek(out (long Position, TrackInfo Track) next) ? Math.Min(end, next.Position) : end;
            int frames = (int)(end - _read);
            Copy(pcm[..(frames * format.Channels)], _read * format.Channels);
            while (_packets.TryPeek(out (long Position, StreamPacket Packet) packet) && packet.Position < end)
            {
                _packets.Dequeue();
                _packetBytes -= CostOf(packet.Packet);
                packets.Add(packet.Packet with { Offset = (int)Math.Max(0, packet.Position - _read) });
            }

            _read = end;
            if (_written - _read < format.FramesIn(_options.Most))
            {
                _room?.TrySetResult();
                _room = null;
            }

            return frames;
        }
    }

    /// <summary>Lets go of what waits.</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            _read = _written;
            _packets.Clear();
            _packetBytes = 0;
            _tracks.Clear();
            (_track, _awaited, _trackAt) = (null, null, null);
            _losses.Clear();
            _room?.TrySetResult();
            _room = null;
        }
    }

    /// <summary>The PCM that a writer which brings <paramref name="format"/> is to write.</summary>
    internal AudioFormat Accept(StreamFormat format)
    {
        Action<StreamFormat>? known = null;
        lock (_gate)
        {
            if (_format is null)
            {
                _format = format.Pcm;
                known = FormatKnown;
            }
        }

        try
        {
            known?.Invoke(format);
        }
        catch
        {
            // There is no station of it: the next one may bring what there can be one of.
            lock (_gate)
            {
                _format = null;
            }

            throw;
        }

        return Format!.Value;
    }

    internal bool IsWriter(IngestWriter writer)
    {
        lock (_gate)
        {
            return _writer == writer;
        }
    }

    /// <summary>Appends sound. False: that is more than is kept, or the writer was taken over from.</summary>
    internal bool Append(IngestWriter writer, ReadOnlySpan<float> pcm)
    {
        lock (_gate)
        {
            if (_writer != writer || _format is not { } format || !HasRoomFor(pcm.Length, format.Channels))
            {
                return false;
            }

            int at = (int)(_written * format.Channels % _samples.Length);
            int first = Math.Min(pcm.Length, _samples.Length - at);
            pcm[..first].CopyTo(_samples.AsSpan(at));
            pcm[first..].CopyTo(_samples);
            _written += pcm.Length / format.Channels;
            TellTrack();
            return true;
        }
    }

    /// <summary>Notes a packet whose sound is appended next. False: there were too many, and none that waits is passed on.</summary>
    internal bool Append(IngestWriter writer, StreamPacket packet)
    {
        lock (_gate)
        {
            if (_writer != writer)
            {
                return true;
            }

            bool hasRoom = _packetBytes + CostOf(packet) <= MaxPacketBytes;
            long position = _written;
            if (!hasRoom)
            {
                // Who passes packets on has to know that from here on there is sound without any.
                position = _packets.TryPeek(out (long Position, StreamPacket Packet) oldest) ? oldest.Position : position;
                packet = packet with { Frames = 0, Follows = false, Bytes = ReadOnlyMemory<byte>.Empty };
                _packets.Clear();
                _packetBytes = 0;
            }

            _packets.Enqueue((position, packet));
            _packetBytes += CostOf(packet);
            return hasRoom;
        }
    }

    private static long CostOf(in StreamPacket packet) => packet.Bytes.Length + PacketCost;

    internal void SetTrack(IngestWriter writer, TrackInfo track)
    {
        lock (_gate)
        {
            // Some servers say the same with every block; some say another thing with each.
            if (_writer == writer && track != _track)
            {
                _track = _awaited = track;
                TellTrack();
            }
        }
    }

    /// <summary>Puts the latest title where the sound is now. Within a second of the one before it waits, and may be replaced.</summary>
    private void TellTrack()
    {
        if (_awaited is not null && _tracks.Count < MaxTitles
            && (_trackAt is not long last || _written - last >= (_format?.FramesIn(TrackTime) ?? 0)))
        {
            _tracks.Enqueue((_written, _awaited));
            (_trackAt, _awaited) = (_written, null);
        }
    }

    internal void SetBroken(IngestWriter writer)
    {
        lock (_gate)
        {
            if (_writer == writer && _written > 0 && _losses.Count < MaxLosses)
            {
                _losses.Enqueue(_written);
            }
        }
    }

    internal Task WaitForRoom(IngestWriter writer)
    {
        lock (_gate)
        {
            bool isFull = _writer == writer && _format is { } format && _written - _read >= format.FramesIn(_options.Most);
            return isFull
                ? (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }

    internal void End(IngestWriter writer)
    {
        lock (_gate)
        {
            if (_writer == writer)
            {
                _writer = null;
                _room?.TrySetResult();
                _room = null;
            }
        }
    }

    private bool HasRoomFor(int samples, int channels)
    {
        int held = (int)(_written - _read) * channels;
        if (held + (long)samples <= _samples.Length)
        {
            return true;
        }

        // Grows to what was needed once; what is held keeps its place by its position.
        long needed = Math.Max(held + (long)samples, Math.Min(2L * _samples.Length, MaxSamples));
        if (held + (long)samples > MaxSamples)
        {
            return false;
        }

        needed = (needed + channels - 1) / channels * channels;
        float[] larger = new float[needed];
        long from = _read * channels;
        int at = (int)(from % needed);
        int first = Math.Min(held, larger.Length - at);
        Copy(larger.AsSpan(at, first), from);
        Copy(larger.AsSpan(0, held - first), from + first);
        _samples = larger;
        return true;
    }

    private void Copy(Span<float> destination, long fromSample)
    {
        if (destination.IsEmpty)
        {
            return;
        }

        int at = (int)(fromSample % _samples.Length);
        int first = Math.Min(destination.Length, _samples.Length - at);
        _samples.AsSpan(at, first).CopyTo(destination);
        _samples.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
    }
}
