using System.Diagnostics.CodeAnalysis;
using Linnet.Audio;
using Linnet.Codecs.Streams;

namespace Linnet.Sources.Ingest;

/// <summary>
/// Buffers decoded sound between a sender with its own pace and the station that plays it: PCM in one format, with the original packets and
/// the titles at their frames.
/// </summary>
/// <remarks>One writer at a time, one reader. A writer that is too fast must wait; the reader never waits.</remarks>
internal sealed class IngestBuffer
{
    /// <summary>Maximum number of samples held, however much a few bytes decode to: 64 MiB.</summary>
    internal const int MaxSamples = 1 << 24;

    /// <summary>Maximum bytes of packets held beside the sound. Beyond it, sound is played but its packets are not passed on.</summary>
    internal const int MaxPacketBytes = 1 << 24;

    /// <summary>Overhead per packet, so that many small packets are bounded, too.</summary>
    internal const int PacketCost = 128;

    // The exact number of losses does not matter.
    private const int MaxLosses = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<(long Position, StreamPacket Packet)> _packets = new();
    private readonly IngestTitles _titles = new();
    private readonly Queue<long> _losses = new();
    private readonly IngestOptions _options;
    private float[] _samples = [];
    private AudioFormat? _format;
    private IngestWriter? _writer;
    private TaskCompletionSource? _room;
    private long _read;
    private long _written;
    private long _packetBytes;
    private bool _isClosed;

    /// <summary>Creates an empty buffer.</summary>
    /// <param name="name">The station's name.</param>
    /// <param name="options">How much to buffer.</param>
    /// <param name="format">The format it holds; <see langword="null"/> to use the first writer's.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> has problems; the message lists them.</exception>
    public IngestBuffer(string name, IngestOptions options, AudioFormat? format = null)
    {
        _options = options.ThrowIfInvalid();
        _format = format;
        Name = name;
    }

    /// <summary>The station's name.</summary>
    public string Name { get; }

    /// <summary>The format it holds; <see langword="null"/> until it is known.</summary>
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

    /// <summary>Called on the first writer's thread when the format becomes known; if it throws, the format is unknown again.</summary>
    public Action<StreamFormat>? FormatKnown { get; set; }

    /// <summary>Called when a writer's first format is known, on its thread, after <see cref="FormatKnown"/>.</summary>
    public Action<IngestWriter>? Begun { get; set; }

    /// <summary>The current writer.</summary>
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

    /// <summary>Whether it takes no more sound, from any writer.</summary>
    internal bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>The fill level when sound arrives evenly.</summary>
    internal TimeSpan Target => _options.Target;

    /// <summary>Memory used by sound and packets, in bytes.</summary>
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

    /// <summary>Becomes the writer.</summary>
    /// <param name="origin">Name of the sender, for display.</param>
    /// <param name="takesOver">Whether to replace the current writer.</param>
    /// <param name="writer">Takes the sound; dispose it at the end.</param>
    /// <returns><see langword="false"/> if there is another writer, or the station was removed.</returns>
    public bool TryBegin(string origin, bool takesOver, [NotNullWhen(true)] out IngestWriter? writer)
    {
        lock (_gate)
        {
            writer = !_isClosed && (_writer is null || takesOver) ? new IngestWriter(this, origin) : null;
            if (writer is not null)
            {
                _writer = writer;
                _titles.Begin(new TrackInfo(Name), _written);
                SignalRoom();
            }

            return writer is not null;
        }
    }

    /// <summary>Ends the writer, which no longer waits for room, and takes no further one: its station was removed.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _writer = null;
            SignalRoom();
        }
    }

    /// <summary>Sets the track that begins with the next sound to arrive.</summary>
    /// <returns><see langword="false"/> if there is no writer.</returns>
    public bool TrySetTrack(TrackInfo track)
    {
        if (Writer is not { } writer)
        {
            return false;
        }

        SetTrack(writer, track);
        return true;
    }

    /// <summary>The fill level and the state of the writer.</summary>
    internal IngestState GetState()
    {
        lock (_gate)
        {
            return new IngestState((int)(_written - _read), _writer is not null, _room is not null);
        }
    }

    /// <summary>Takes buffered sound, up to the next title.</summary>
    /// <param name="pcm">Room for whole frames.</param>
    /// <param name="packets">Receives the packets whose sound begins in these frames.</param>
    /// <param name="track">The new track, if one begins at the first of these frames.</param>
    /// <param name="isBroken">Whether sound is missing before the first of these frames.</param>
    /// <returns>Frames; 0 if the buffer is empty.</returns>
    internal int Read(Span<float> pcm, List<StreamPacket> packets, out TrackInfo? track, out bool isBroken)
    {
        lock (_gate)
        {
            (track, isBroken) = (null, false);
            if (_format is not { } format || _written == _read)
            {
                return 0;
            }

            track = _titles.TakeUntil(_read);
            while (_losses.TryPeek(out long loss) && loss <= _read)
            {
                isBroken = true;
                _losses.Dequeue();
            }

            long end = _titles.Limit(Math.Min(_written, _read + (pcm.Length / format.Channels)));
            int frames = (int)(end - _read);
            SampleRing.Read(_samples, _read * format.Channels, pcm[..(frames * format.Channels)]);
            while (_packets.TryPeek(out (long Position, StreamPacket Packet) packet) && packet.Position < end)
            {
                _packets.Dequeue();
                _packetBytes -= CostOf(packet.Packet);
                packets.Add(packet.Packet with { Offset = (int)Math.Max(0, packet.Position - _read) });
            }

            _read = end;
            if (_written - _read < format.FramesIn(_options.Most))
            {
                SignalRoom();
            }

            return frames;
        }
    }

    /// <summary>Drops everything buffered.</summary>
    internal void Clear()
    {
        lock (_gate)
        {
            _read = _written;
            _packets.Clear();
            _packetBytes = 0;
            _titles.Clear(_written);
            _losses.Clear();
            SignalRoom();
        }
    }

    /// <summary>The format that a writer with <paramref name="format"/> must write.</summary>
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
            // There can be no station with this format; the next writer may bring a valid one.
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

    /// <summary>Appends sound. Returns false if it exceeds the maximum, or the writer was replaced.</summary>
    internal bool Append(IngestWriter writer, ReadOnlySpan<float> pcm)
    {
        lock (_gate)
        {
            if (_writer != writer || _format is not { } format || !HasRoomFor(pcm.Length, format.Channels))
            {
                return false;
            }

            SampleRing.Write(_samples, _written * format.Channels, pcm);
            _written += pcm.Length / format.Channels;
            _titles.Place(_written, _format);
            return true;
        }
    }

    /// <summary>Adds a packet whose sound is appended next. Returns false if there were too many; all buffered ones are dropped.</summary>
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
                // The station must know that the sound from here on has no packets.
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
            if (_writer == writer)
            {
                _titles.Set(track, _written, _format);
            }
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
                SignalRoom();
            }
        }
    }

    private void SignalRoom()
    {
        _room?.TrySetResult();
        _room = null;
    }

    private bool HasRoomFor(int samples, int channels)
    {
        int held = (int)(_written - _read) * channels;
        if (held + (long)samples <= _samples.Length)
        {
            return true;
        }

        // Grows to the largest size ever needed. Buffered sound keeps its place by its position.
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
        SampleRing.Read(_samples, from, larger.AsSpan(at, first));
        SampleRing.Read(_samples, from + first, larger.AsSpan(0, held - first));
        _samples = larger;
        return true;
    }
}
