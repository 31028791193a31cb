using Linnet.Codecs;

namespace Linnet.Receive;

/// <summary>What a <see cref="PlayoutDecoder"/> can give next.</summary>
internal enum PlayoutStep
{
    /// <summary>There is sound.</summary>
    Ready,

    /// <summary>The next packet is missing, but a later one is there.</summary>
    Missing,

    /// <summary>Nothing is there.</summary>
    Empty,
}

/// <summary>
/// Gives the stream's sound in the order of positions: decodes what is there and fills what is not. How much is missing is told by
/// the positions before and after it, never by counting packets.
/// </summary>
/// <remarks>Used by the thread that plays. Allocates nothing after construction.</remarks>
internal sealed class PlayoutDecoder
{
    private const int MaxDatagram = 65_535;

    private readonly JitterBuffer _buffer;
    private readonly IAudioDecoder _decoder;
    private readonly int _channels;
    private readonly int _slack;
    private readonly int _maxConceal;
    private readonly byte[] _packet = new byte[MaxDatagram];
    private readonly float[] _pcm;
    private int _start;
    private int _frames;
    private long _position;
    private bool _hasPosition;
    private bool _hasFilled;
    private bool _hasLost;
    private int _filledInARow;
    private int _packetFrames;
    private long _concealed;
    private long _paused;
    private long _corrupt;
    private long _late;

    internal PlayoutDecoder(JitterBuffer buffer, IAudioDecoder decoder, ReceiverOptions options)
    {
        _buffer = buffer;
        _decoder = decoder;
        _channels = decoder.Format.Channels;
        _pcm = new float[decoder.MaxFramesPerPacket * _channels];
        _maxConceal = decoder.Format.FramesIn(options.MaxConceal);

        // Some senders round their timestamps: packets that follow each other are one sound as long as they differ by less than this.
        _slack = decoder.Format.SampleRate / 1000;
        _packetFrames = Math.Min(decoder.MaxFramesPerPacket, decoder.Format.SampleRate / 100);
    }

    /// <summary>Sound that is ready, interleaved; valid until the next call.</summary>
    internal ReadOnlySpan<float> Sound => _pcm.AsSpan(_start * _channels, _frames * _channels);

    /// <summary>The position of the first frame of <see cref="Sound"/>, or of the next that there will be.</summary>
    internal long Position => Volatile.Read(ref _position);

    /// <summary>The packet that is waited for or comes next, after <see cref="Prepare"/> said <see cref="PlayoutStep.Missing"/>.</summary>
    internal BufferedPacket Next { get; private set; }

    /// <summary>Frames made up because a packet was lost, late or corrupt.</summary>
    internal long ConcealedFrames => Volatile.Read(ref _concealed);

    /// <summary>Frames filled because the sender left them out (discontinuous transmission, a pause).</summary>
    internal long PausedFrames => Volatile.Read(ref _paused);

    /// <summary>Packets whose payload could not be decoded.</summary>
    internal long CorruptPackets => Volatile.Read(ref _corrupt);

    /// <summary>Packets that were in the buffer, but after their sound had been concealed.</summary>
    internal long LatePackets => Volatile.Read(ref _late);

    /// <summary>Frames in the last packet decoded; a guess before it.</summary>
    internal int PacketFrames => _packetFrames;

    /// <summary>Sets where the sound begins or goes on. What was ready is dropped.</summary>
    internal void MoveTo(long position)
    {
        Volatile.Write(ref _position, position);
        _hasPosition = true;
        _frames = 0;
    }

    /// <summary>Takes the first frames of <see cref="Sound"/> away.</summary>
    internal void Consume(int frames)
    {
        _start += frames;
        _frames -= frames;
        Volatile.Write(ref _position, _position + frames);
    }

    /// <summary>Makes the next sound ready, unless there is some.</summary>
    /// <param name="giveUp">Whether to fill the place of a missing packet now, one packet's length at a time, instead of waiting for it.</param>
    internal PlayoutStep Prepare(bool giveUp)
    {
        while (_frames == 0)
        {
            if (_buffer.Newest is null)
            {
                return PlayoutStep.Empty;
            }

            long head = _buffer.Head;
            if (!_buffer.TryFind(head, out BufferedPacket next))
            {
                return PlayoutStep.Empty;
            }

            Next = next;
            if (next.Sequence != head && !giveUp)
            {
                return PlayoutStep.Missing;
            }

            bool isLoss = next.Sequence != head || _hasLost;
            if (next.IsDiscontinuity || !_hasPosition)
            {
                MoveTo(next.Position);
            }

            long gap = next.Position - _position;
            if (gap > _slack || (gap > 0 && (isLoss || _hasFilled)))
            {
                Fill((int)Math.Min(gap, _packetFrames), isLoss);
            }
            else
            {
                Decode(next, isContiguous: !isLoss && !_hasFilled && -gap <= _slack);
            }
        }

        return PlayoutStep.Ready;
    }

    /// <summary>Makes up sound where nothing is there: what a device needs now.</summary>
    internal void FillMissing() => Fill(_packetFrames, isLoss: true);

    private void Fill(int frames, bool isLoss)
    {
        Span<float> pcm = _pcm.AsSpan(0, frames * _channels);
        if (_filledInARow < _maxConceal)
        {
            _decoder.Conceal(pcm);
        }
        else
        {
            pcm.Clear();
        }

        _start = 0;
        _frames = frames;
        _hasFilled = true;
        _filledInARow = Math.Min(_maxConceal, _filledInARow + frames);
        ref long counter = ref isLoss ? ref _concealed : ref _paused;
        Volatile.Write(ref counter, counter + frames);
    }

    private void Decode(in BufferedPacket next, bool isContiguous)
    {
        bool isThere = _buffer.TryCopy(next.Sequence, _packet, out int length);
        _buffer.AdvanceTo(next.Sequence + 1);
        if (!isThere)
        {
            _hasLost = true;
            return;
        }

        if (!_decoder.TryDecode(_packet.AsSpan(0, length), _pcm, out int frames))
        {
            Volatile.Write(ref _corrupt, _corrupt + 1);
            _hasLost = true;
            return;
        }

        _packetFrames = Math.Max(1, frames);
        _start = isContiguous ? 0 : (int)Math.Min(frames, Math.Max(0, _position - next.Position));
        _frames = frames - _start;
        if (_frames == 0)
        {
            Volatile.Write(ref _late, _late + (frames > 0 ? 1 : 0));
            return;
        }

        _hasLost = false;
        _hasFilled = false;
        _filledInARow = 0;
    }
}
