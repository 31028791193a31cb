using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Wire.Icy;

namespace Linnet.Sources.Ingest;

/// <summary>
/// A sender's access to an <see cref="IngestBuffer"/>: converts its sound to the buffer's format. Used by one thread.
/// </summary>
internal sealed class IngestWriter : IStreamTarget
{
    /// <summary>
    /// Maximum bytes of consecutive packets passed on that decode to nothing. Decoders need some at the start: Vorbis one, Opus at most 1.4
    /// s (RFC 7845 §4.2), which is 90 KB at its highest rate. More is of no use.
    /// </summary>
    internal const int MaxSilentBytes = 1 << 18;

    private readonly IngestBuffer _buffer;
    private StreamFormat? _format;
    private StreamConversion? _conversion;
    private bool _follows;
    private bool _isBare;
    private int _silentBytes;

    internal IngestWriter(IngestBuffer buffer, string origin)
    {
        _buffer = buffer;
        Origin = origin;
    }

    /// <summary>The name of the station that gets the sound.</summary>
    public string Station => _buffer.Name;

    /// <summary>Name of the sender, for display.</summary>
    public string Origin { get; }

    /// <summary>The sender's description of the station; <see langword="null"/> if it gives none.</summary>
    public IceDescription? Description { get; set; }

    /// <summary>The encoding of its sound; <see langword="null"/> until it is known.</summary>
    public StreamFormat? Format => Volatile.Read(ref _format);

    /// <summary>The PCM that its sound is converted to, or <see langword="null"/>.</summary>
    public AudioFormat? ConvertedTo { get; private set; }

    /// <summary>Whether it is still the current writer.</summary>
    public bool IsCurrent => _buffer.IsWriter(this);

    /// <summary>Whether a few bytes brought more sound than the buffer holds, so that some is missing.</summary>
    public bool HasOverflowed { get; private set; }

    /// <inheritdoc/>
    public void OnFormat(StreamFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        StreamFormat? before = _format;
        Volatile.Write(ref _format, format);
        _follows = false;
        if (before?.Pcm == format.Pcm)
        {
            return;
        }

        _conversion?.Flush();
        AudioFormat target = _buffer.Accept(format);
        ConvertedTo = target == format.Pcm ? null : target;
        _conversion = new StreamConversion(format.Pcm, target, Append);
        if (before is null)
        {
            _buffer.Begun?.Invoke(this);
        }
    }

    /// <inheritdoc/>
    public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<float> pcm)
    {
        if (_format is not { } format || HasOverflowed)
        {
            return;
        }

        _silentBytes = pcm.IsEmpty ? Math.Min(MaxSilentBytes, _silentBytes + packet.Length + IngestBuffer.PacketCost) : 0;
        if (_silentBytes == MaxSilentBytes)
        {
            _follows = false;
        }
        else if (!packet.IsEmpty)
        {
            _follows = _buffer.Append(this, new StreamPacket(format, 0, pcm.Length / format.Pcm.Channels, _follows, packet.ToArray()));
            _isBare = !_follows;
        }
        else if (!_isBare && !pcm.IsEmpty)
        {
            // Otherwise the station would wait for the next packet.
            _buffer.Append(this, new StreamPacket(format, 0, 0, Follows: false, ReadOnlyMemory<byte>.Empty));
            (_follows, _isBare) = (false, true);
        }

        _conversion?.Write(pcm);
    }

    /// <inheritdoc/>
    public void OnTrack(TrackInfo track)
    {
        ArgumentNullException.ThrowIfNull(track);
        _buffer.SetTrack(this, track);
    }

    /// <summary>Marks a loss before the next sound.</summary>
    public void SetBroken()
    {
        _follows = false;
        _buffer.SetBroken(this);
    }

    /// <summary>Completes when there is room for more, or the writer was replaced.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellationToken) => _buffer.WaitForRoom(this).WaitAsync(cancellationToken);

    /// <summary>Ends the writer; buffered sound is still played.</summary>
    public void Dispose()
    {
        _conversion?.Flush();
        _conversion = null;
        _buffer.End(this);
    }

    /// <summary>Appends sound. Returns false if there is no room, or the writer was replaced.</summary>
    private bool Append(ReadOnlySpan<float> pcm)
    {
        bool isTaken = pcm.IsEmpty || _buffer.Append(this, pcm);
        HasOverflowed |= !isTaken && IsCurrent;
        return isTaken;
    }
}
