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
    private const int FadeMs = 5;

    private readonly JitterBuffer _buffer;
    private readonly IAudioDecoder _decoder;
    private readonly int _channels;
    private readonly int _slack;
    private readonly int _maxConceal;
    private readonly byte[] _packet;
    private readonly float[] _pcm;
    private readonly FillCounts _counts = new();

    // What would have gone on, had play-out not left it: the sound it goes to is faded into.
    private readonly float[] _left;
    private int _faded;

    private int _start;
    private int _frames;
    private long _position;
    private int _stream = -1;
    private bool _isLeadIn;
    private bool _hasFilled;
    private bool _hasLost;
    private bool _hasHeard;
    private int _filledInARow;
    private int _packetFrames;

    internal PlayoutDecoder(JitterBuffer buffer, IAudioDecoder decoder, ReceiverOptions options)
    {
        _buffer = buffer;
        _decoder = decoder;
        _channels = decoder.Format.Channels;
        _packet = new byte[options.MaxPayload];
        _pcm = new float[decoder.MaxFramesPerPacket * _channels];
        _maxConceal = decoder.Format.FramesIn(options.MaxConceal);
        _filledInARow = _maxConceal;

        int rate = decoder.Format.SampleRate;
        _left = new float[Math.Min(decoder.MaxFramesPerPacket, rate * FadeMs / 1000) * _channels];
        _faded = _left.Length;

        // Some senders round their timestamps: packets that follow each other are one sound as long as they differ by less than this.
        _slack = rate / 1000;
        _packetFrames = Math.Min(decoder.MaxFramesPerPacket, rate / 100);
    }

    /// <summary>Sound that is ready, interleaved; valid until the next call.</summary>
    internal ReadOnlySpan<float> Sound => _pcm.AsSpan(_start * _channels, _frames * _channels);

    /// <summary>The position of the first frame of <see cref="Sound"/>, or of the next that there will be.</summary>
    internal long Position => Volatile.Read(ref _position);

    /// <summary>The packet that comes next, after <see cref="Prepare"/> said <see cref="PlayoutStep.Missing"/>.</summary>
    internal BufferedPacket Next { get; private set; }

    /// <summary>Frames in the last packet decoded; a guess before it.</summary>
    internal int PacketFrames => Volatile.Read(ref _packetFrames);

    /// <summary>What was filled and why.</summary>
    internal FillCounts Counts => _counts;

    /// <summary>The stream that the position is in; −1 before the first.</summary>
    internal int Stream => _stream;

    /// <summary>Sets where the sound begins or goes on. What was ready is dropped.</summary>
    internal void MoveTo(long position, int stream)
    {
        Volatile.Write(ref _position, position);
        _counts.OnMove();
        _stream = stream;
        _isLeadIn = true;
        _frames = 0;
    }

    /// <summary>As <see cref="MoveTo"/>, without a click: what plays fades into what will.</summary>
    internal void JumpTo(long position, int stream)
    {
        PrepareFade();
        MoveTo(position, stream);
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

            // After a restart positions lie far ahead of where the old stream ended.
            bool isLoss = next.Sequence != head || _hasLost;
            if (_stream != next.Stream)
            {
                MoveTo(next.Position, next.Stream);
            }

            long gap = next.Position - _position;
            _counts.OnSupplied(isLoss, overdue: -gap > _slack ? -gap : 0);
            if (gap > _slack || (gap > 0 && (isLoss || _hasFilled)))
            {
                Fill((int)Math.Min(gap, _packetFrames));
                _counts.OnFilled(_frames, _isLeadIn ? FillReason.LeadIn : isLoss ? FillReason.Loss : FillReason.Pause);
            }
            else
            {
                Decode(next, overlap: !isLoss && !_hasFilled && -gap <= _slack ? 0 : (int)Math.Min(int.MaxValue, -gap));
            }
        }

        return PlayoutStep.Ready;
    }

    /// <summary>Fills where nothing is there but a device needs sound now.</summary>
    /// <param name="frames">How much it needs; what is made ready may be less.</param>
    /// <param name="isCounted">Whether the stream is playing, so that it is told later whether this sound was missing or never sent.</param>
    internal void FillMissing(int frames, bool isCounted)
    {
        Fill(Math.Clamp(frames, 1, _pcm.Length / _channels));
        _counts.OnFilled(_frames, isCounted ? FillReason.Unknown : FillReason.LeadIn);
    }

    private void Fill(int frames)
    {
        Span<float> pcm = _pcm.AsSpan(0, frames * _channels);
        pcm.Clear();
        if (_filledInARow < _maxConceal)
        {
            _decoder.Conceal(pcm);
            if (_filledInARow + frames >= _maxConceal)
            {
                FadeOut(pcm);
            }
        }

        _start = 0;
        _frames = frames;
        _hasFilled = true;
        _filledInARow = Math.Min(_maxConceal, _filledInARow + frames);
        FadeIn();
    }

    // Decoders fade by themselves, but perhaps not as soon as is wanted.
    private static void FadeOut(Span<float> pcm)
    {
        for (int i = 0; i < pcm.Length; i++)
        {
            pcm[i] *= 1 - ((float)i / pcm.Length);
        }
    }

    private void Decode(in BufferedPacket next, int overlap)
    {
        bool isThere = _buffer.TryCopy(next.Sequence, _packet, out int length);
        _buffer.AdvanceTo(next.Sequence + 1);
        if (overlap > 0)
        {
            PrepareFade();
        }

        if (!isThere || !_decoder.TryDecode(_packet.AsSpan(0, length), _pcm, out int frames))
        {
            _counts.OnCorrupt(isThere);
            _hasLost = true;
            return;
        }

        Volatile.Write(ref _packetFrames, Math.Max(1, frames));
        _start = Math.Min(frames, overlap);
        _frames = frames - _start;
        _hasHeard = true;
        if (_frames == 0)
        {
            _counts.OnLate(frames);
            return;
        }

        _isLeadIn = false;
        _hasLost = false;
        _hasFilled = false;
        _filledInARow = 0;
        FadeIn();
    }

    private void PrepareFade()
    {
        if (_faded == _left.Length && _hasHeard)
        {
            int ready = Math.Min(_left.Length, _frames * _channels);
            Sound[..ready].CopyTo(_left);
            Span<float> rest = _left.AsSpan(ready);
            if (_filledInARow < _maxConceal && !rest.IsEmpty)
            {
                _decoder.Conceal(rest);
            }
            else
            {
                rest.Clear();
            }

            _faded = 0;
        }
    }

    private void FadeIn()
    {
        int samples = Math.Min(_left.Length - _faded, _frames * _channels);
        Span<float> pcm = _pcm.AsSpan(_start * _channels, samples);
        for (int i = 0; i < samples; i++)
        {
            float weight = (float)(_faded + i) / _left.Length;
            pcm[i] = _left[_faded + i] + (weight * (pcm[i] - _left[_faded + i]));
        }

        _faded += samples;
    }
}
