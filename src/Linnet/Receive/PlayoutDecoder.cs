using Linnet.Audio;
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
    private readonly int _maxFrames;
    private readonly int _slack;
    private readonly int _maxConceal;
    private readonly byte[] _packet;
    private readonly PitchSplice _splice;
    private readonly SoundWindow _window;
    private readonly FillCounts _counts = new();

    // What would have gone on, had play-out not left it: the sound it goes to is faded into.
    private readonly float[] _left;
    private int _faded;

    private long _position;
    private int _stream = -1;
    private bool _isLeadIn;
    private bool _hasFilled;
    private bool _hasLost;
    private bool _hasHeard;
    private bool _isSilent;
    private int _filledInARow;
    private int _packetFrames;

    internal PlayoutDecoder(JitterBuffer buffer, IAudioDecoder decoder, ReceiverOptions options)
    {
        _buffer = buffer;
        _decoder = decoder;
        _channels = decoder.Format.Channels;
        _packet = new byte[options.MaxPayload];
        _maxFrames = decoder.MaxFramesPerPacket;
        _splice = new PitchSplice(decoder.Format);
        int ahead = _splice.Longest + _splice.Fade;
        _window = new SoundWindow(_channels, history: _splice.Longest, room: ahead + (2 * _maxFrames));
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
    internal ReadOnlySpan<float> Sound => _window.Ready;

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
        _isSilent = false;
        _window.Discard(_window.Frames);
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
        _window.Consume(frames);
        Volatile.Write(ref _position, _position + frames);
    }

    /// <summary>Whether what was filled last is silence, and nothing else is ready: then nobody hears how long it lasts.</summary>
    internal bool IsSilent => _isSilent && _window.Frames == 0;

    /// <summary>Makes a silence longer by so many frames; negative: shorter.</summary>
    internal void Prolong(int frames) => Volatile.Write(ref _position, _position - frames);

    /// <summary>
    /// Goes back to sound that came after it was due and was filled in for: it is played nevertheless, so much later.
    /// </summary>
    /// <param name="frames">How far back.</param>
    /// <param name="overdue">By how many frames what comes next is too late.</param>
    internal void GoBack(int frames, long overdue)
    {
        _counts.OnSupplied(isLoss: false, overdue);
        PrepareFade();
        Volatile.Write(ref _position, _position - frames);
    }

    /// <summary>
    /// Leaves sound out, or plays some again, by whole periods of its pitch, if enough of it is here and it can be done unheard.
    /// </summary>
    /// <param name="direction">1: leaves out; −1: plays again.</param>
    /// <param name="most">The most frames.</param>
    /// <param name="likeness">How alike the two ends must be, 0 to 1.</param>
    /// <returns>Frames left out; negative: played again; 0: not now.</returns>
    internal int Splice(int direction, int most, float likeness)
    {
        // What was made up, or is being faded, is no sound to go by.
        if (_hasFilled || _faded < _left.Length || _window.Frames == 0)
        {
            return 0;
        }

        LookAhead(_splice.Fade + (direction > 0 ? Math.Min(most, _splice.Longest) : 0));
        int step = _window.Splice(_splice, direction, most, likeness);
        Volatile.Write(ref _position, _position + step);
        return step;
    }

    /// <summary>The least frames that <see cref="Splice"/> can go.</summary>
    internal int ShortestSplice => _splice.Shortest;

    /// <summary>Makes the next sound ready, unless there is some.</summary>
    /// <param name="giveUp">Whether to fill the place of a missing packet now, one packet's length at a time, instead of waiting for
    /// it.</param>
    internal PlayoutStep Prepare(bool giveUp)
    {
        while (_window.Frames == 0)
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
            if (gap > 0 && gap <= _packetFrames && next.Sequence != head && !_isLeadIn && TryRecover(next, (int)gap))
            {
                _counts.OnFilled(_window.Frames, FillReason.Recovered);
            }
            else if (gap > _slack || (gap > 0 && (isLoss || _hasFilled)))
            {
                Fill((int)Math.Min(gap, _packetFrames));
                _counts.OnFilled(_window.Frames, _isLeadIn ? FillReason.LeadIn : isLoss ? FillReason.Loss : FillReason.Pause);
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
    /// <param name="isCounted">Whether the stream is playing, so that it is told later whether this sound was missing or never
    /// sent.</param>
    internal void FillMissing(int frames, bool isCounted)
    {
        Fill(Math.Clamp(frames, 1, _maxFrames));
        _counts.OnFilled(_window.Frames, isCounted ? FillReason.Unknown : FillReason.LeadIn);
    }

    private void Fill(int frames)
    {
        Span<float> pcm = _window.Room(frames);
        pcm.Clear();
        if (_filledInARow < _maxConceal)
        {
            Conceal(pcm);
            if (_filledInARow + frames >= _maxConceal)
            {
                FadeOut(pcm);
            }
        }

        _hasFilled = true;
        _filledInARow = Math.Min(_maxConceal, _filledInARow + frames);
        FadeIn(pcm);
        _window.Added(frames);
        _isSilent = PitchSplice.IsSilent(pcm);
    }

    // What is missing before a packet may be in it once more.
    private bool TryRecover(in BufferedPacket next, int frames)
    {
        Span<float> pcm = _window.Room(frames)[..(frames * _channels)];
        if (!_buffer.TryCopy(next.Sequence, _packet, out int length) || !_decoder.TryRecover(_packet.AsSpan(0, length), pcm))
        {
            return false;
        }

        SampleLimit.Apply(pcm);
        _hasFilled = false;
        _filledInARow = 0;
        FadeIn(pcm);
        _window.Added(frames);
        _isSilent = false;
        return true;
    }

    private void Conceal(Span<float> pcm)
    {
        _decoder.Conceal(pcm);
        SampleLimit.Apply(pcm);
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
        if (overlap > 0)
        {
            PrepareFade();
        }

        Span<float> pcm = _window.Room(_maxFrames);
        if (!TryDecode(next, pcm, out int frames))
        {
            return;
        }

        overlap = Math.Min(frames, overlap);
        _window.Added(frames);
        _window.Discard(overlap);
        _hasHeard = true;
        if (overlap == frames)
        {
            _counts.OnLate(frames);
            return;
        }

        _isLeadIn = false;
        _hasFilled = false;
        _filledInARow = 0;
        FadeIn(_window.Ready);
    }

    // Decodes what is here and goes on without a gap.
    private void LookAhead(int frames)
    {
        while (_window.Frames < frames
            && !_hasLost
            && _buffer.TryFind(_buffer.Head, out BufferedPacket next)
            && next.Sequence == _buffer.Head
            && next.Stream == _stream
            && Math.Abs(next.Position - (_position + _window.Frames)) <= _slack
            && TryDecode(next, _window.Room(_maxFrames), out int decoded))
        {
            _window.Added(decoded);
        }
    }

    private bool TryDecode(in BufferedPacket next, Span<float> pcm, out int frames)
    {
        bool isThere = _buffer.TryCopy(next.Sequence, _packet, out int length);
        _buffer.AdvanceTo(next.Sequence + 1);
        frames = 0;
        _hasLost = !(isThere && _decoder.TryDecode(_packet.AsSpan(0, length), pcm, out frames));
        if (_hasLost)
        {
            _counts.OnCorrupt(isThere);
            return false;
        }

        // Here sound enters the player: whatever the packet held, filters, meters, devices and files get numbers.
        SampleLimit.Apply(pcm[..(frames * _channels)]);
        Volatile.Write(ref _packetFrames, Math.Max(1, frames));
        _isSilent = false;
        return true;
    }

    private void PrepareFade()
    {
        if (_faded == _left.Length && _hasHeard)
        {
            int ready = Math.Min(_left.Length, Sound.Length);
            Sound[..ready].CopyTo(_left);
            Span<float> rest = _left.AsSpan(ready);
            if (_filledInARow < _maxConceal && !rest.IsEmpty)
            {
                Conceal(rest);
            }
            else
            {
                rest.Clear();
            }

            _faded = 0;
        }
    }

    private void FadeIn(Span<float> pcm)
    {
        int samples = Math.Min(_left.Length - _faded, pcm.Length);
        for (int i = 0; i < samples; i++)
        {
            float weight = (float)(_faded + i) / _left.Length;
            pcm[i] = _left[_faded + i] + (weight * (pcm[i] - _left[_faded + i]));
        }

        _faded += samples;
    }
}
