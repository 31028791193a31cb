using Linnet.Audio;
using Linnet.Codecs.Streams;
using Linnet.Wire.Icy;

namespace Linnet.Sources.Ingest;

/// <summary>
/// One sender's way into an <see cref="IngestBuffer"/>: what it brings is converted to the buffer's format. Used by one thread.
/// </summary>
public sealed class IngestWriter : IStreamSink, IDisposable
{
    /// <summary>
    /// How much of packets that decode to nothing is passed on in a row, in bytes. Decoders need some to begin with: Vorbis one, Opus at
    /// most 1.4 s (RFC 7845 §4.2), which is 90 KB at its highest rate. What comes beyond that is of no use to anyone.
    /// </summary>
    internal const int MaxSilentBytes = 1 << 18;

    private readonly IngestBuffer _buffer;
    private StreamFormat? _format;
    private StreamConversion? _conversion;
    private float[] _limited = [];
    private bool _follows;
    private bool _isBare;
    private int _silentBytes;

    internal IngestWriter(IngestBuffer buffer, string origin)
    {
        _buffer = buffer;
        Origin = origin;
    }

    /// <summary>Who it is, for people.</summary>
    public string Origin { get; }

    /// <summary>What it says about the station; <see langword="null"/>: nothing.</summary>
    public IceDescription? Description { get; set; }

    /// <summary>How its sound is encoded; <see langword="null"/> until that is known.</summary>
    public StreamFormat? Format => Volatile.Read(ref _format);

    /// <summary>The PCM its sound is converted to, if it is.</summary>
    public AudioFormat? ConvertedTo { get; private set; }

    /// <summary>Whether it is still the one who writes.</summary>
    public bool IsCurrent => _buffer.IsWriter(this);

    /// <summary>Whether it brought more sound in a few bytes than is kept, so that some is missing.</summary>
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
        bool converts = target != format.Pcm;
        ConvertedTo = converts ? target : null;
        _conversion = converts ? new StreamConversion(format.Pcm, target, Append) : null;
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
            // Else what passes packets on would wait for the next one.
            _buffer.Append(this, new StreamPacket(format, 0, 0, Follows: false, ReadOnlyMemory<byte>.Empty));
            (_follows, _isBare) = (false, true);
        }

        // Here every stream enters, pushed or pulled, before any filter.
        pcm = SampleLimit.Within(pcm, ref _limited);
        if (_conversion is null)
        {
            Append(pcm);
        }
        else
        {
            _conversion.Write(pcm);
        }
    }

    /// <inheritdoc/>
    public void OnTrack(TrackInfo track)
    {
        ArgumentNullException.ThrowIfNull(track);
        _buffer.SetTrack(this, track);
    }

    /// <summary>Says that sound is missing before what comes next.</summary>
    public void SetBroken()
    {
        _follows = false;
        _buffer.SetBroken(this);
    }

    /// <summary>Completes when there is room for more, or somebody else writes.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellationToken) => _buffer.WaitForRoom(this).WaitAsync(cancellationToken);

    /// <summary>Ends it; what waits is still played.</summary>
    public void Dispose()
    {
        _conversion?.Flush();
        _conversion = null;
        _buffer.End(this);
    }

    /// <summary>False: there is no room for more, or somebody else writes.</summary>
    private bool Append(ReadOnlySpan<float> pcm)
    {
        bool isTaken = pcm.IsEmpty || _buffer.Append(this, pcm);
        HasOverflowed |= !isTaken && IsCurrent;
        return isTaken;
    }
}
