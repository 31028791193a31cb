using Linnet.Audio;
using Linnet.Codecs;

namespace Linnet.Receive;

/// <summary>The next step of a <see cref="PlayoutDecoder"/>.</summary>
internal enum PlayoutStep
{
    /// <summary>Audio is ready.</summary>
    Ready,

    /// <summary>The next packet is missing, but a later one has arrived.</summary>
    Missing,

    /// <summary>The buffer is empty.</summary>
    Empty,
}

/// <summary>
/// Produces the stream's audio in order of position: decodes packets and fills gaps. The length of a gap follows from the positions on
/// both sides, never from a count of packets.
/// </summary>
/// <remarks>Used by the playing thread. Allocates nothing after construction.</remarks>
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

    // The audio that would have followed if playback had not jumped; it is cross-faded into the new audio.
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

    internal PlayoutDecoder(JitterBuffer buffer, IAudioDecoder decoder)
    {
        _buffer = buffer;
        _decoder = decoder;
        _channels = decoder.Format.Channels;
        _packet = new byte[ReceiverOptions.MaxPayload];
        _maxFrames = decoder.MaxFramesPerPacket;
        _splice = new PitchSplice(decoder.Format);
        int ahead = _splice.Longest + _splice.Fade;
        _window = new SoundWindow(_channels, history: _splice.Longest, room: ahead + (2 * _maxFrames));
        _maxConceal = decoder.Format.FramesIn(ReceiverOptions.MaxConceal);
        _filledInARow = _maxConceal;

        int rate = decoder.Format.SampleRate;
        _left = new float[Math.Min(decoder.MaxFramesPerPacket, rate * FadeMs / 1000) * _channels];
        _faded = _left.Length;

        // Some senders round their timestamps. Consecutive packets that differ by less than this are contiguous.
        _slack = rate / 1000;
        _packetFrames = Math.Min(decoder.MaxFramesPerPacket, rate / 100);
    }

    /// <summary>Audio that is ready, interleaved. Valid until the next call.</summary>
    internal ReadOnlySpan<float> Sound => _window.Ready;

    /// <summary>The position of the first frame of <see cref="Sound"/>, or of the next frame to come.</summary>
    internal long Position => Volatile.Read(ref _position);

    /// <summary>The next available packet, after <see cref="Prepare"/> returned <see cref="PlayoutStep.Missing"/>.</summary>
    internal BufferedPacket Next { get; private set; }

    /// <summary>Frames in the last decoded packet; a guess before the first.</summary>
    internal int PacketFrames => Volatile.Read(ref _packetFrames);

    /// <summary>Counts of audio that was filled in, by reason.</summary>
    internal FillCounts Counts => _counts;

    /// <summary>The stream of <see cref="Position"/>; −1 before the first.</summary>
    internal int Stream => _stream;

    /// <summary>Sets the position where the audio begins or continues. Drops audio that was ready.</summary>
    internal void MoveTo(long position, int stream)
    {
        Volatile.Write(ref _position, position);
        _counts.OnMove();
        _stream = stream;
        _isLeadIn = true;
        _isSilent = false;
        _window.Discard(_window.Frames);
    }

    /// <summary>Like <see cref="MoveTo"/>, but cross-fades to avoid a click.</summary>
    internal void JumpTo(long position, int stream)
    {
        PrepareFade();
        MoveTo(position, stream);
    }

    /// <summary>Removes the first frames of <see cref="Sound"/>.</summary>
    internal void Consume(int frames)
    {
        _window.Consume(frames);
        Volatile.Write(ref _position, _position + frames);
    }

    /// <summary>Whether the last fill was silence and no audio is ready; changing its length is then inaudible.</summary>
    internal bool IsSilent => _isSilent && _window.Frames == 0;

    /// <summary>Lengthens a silence by a number of frames; shortens it if negative.</summary>
    internal void Prolong(int frames) => Volatile.Write(ref _position, _position - frames);

    /// <summary>
    /// Goes back to audio that arrived after it was due and was filled in. It is played nevertheless, with more delay.
    /// </summary>
    /// <param name="frames">How far to go back.</param>
    /// <param name="overdue">How many frames late the next packet is.</param>
    internal void GoBack(int frames, long overdue)
    {
        _counts.OnSupplied(isLoss: false, overdue);
        PrepareFade();
        Volatile.Write(ref _position, _position - frames);
    }

    /// <summary>
    /// Skips or repeats audio by whole pitch periods, if enough audio is ready and the change is inaudible.
    /// </summary>
    /// <param name="direction">1: skip; −1: repeat.</param>
    /// <param name="most">The most frames.</param>
    /// <param name="likeness">The required similarity of the two ends, 0 to 1.</param>
    /// <returns>Frames skipped; negative: frames repeated; 0: not possible now.</returns>
    internal int Splice(int direction, int most, float likeness)
    {
        // Audio that was filled in or is being faded cannot be matched.
        if (_hasFilled || _faded < _left.Length || _window.Frames == 0)
        {
            return 0;
        }

        LookAhead(_splice.Fade + (direction > 0 ? Math.Min(most, _splice.Longest) : 0));
        int step = _window.Splice(_splice, direction, most, likeness);
        Volatile.Write(ref _position, _position + step);
        return step;
    }

    /// <summary>The fewest frames that <see cref="Splice"/> can skip or repeat.</summary>
    internal int ShortestSplice => _splice.Shortest;

    /// <summary>Prepares the next audio, unless some is ready.</summary>
    /// <param name="giveUp">Whether to fill in for a missing packet now, one packet's length at a time, instead of waiting for
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

            // After a restart, positions are far beyond the end of the old stream.
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

    /// <summary>Fills in audio when the buffer is empty but a device needs some now.</summary>
    /// <param name="frames">The frames needed. Fewer may be prepared.</param>
    /// <param name="isCounted">Whether the stream is playing. If so, it is counted later whether this audio was missing or never
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

    // The audio missing before a packet may be contained in that packet too.
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

    // Decoders fade out by themselves, but perhaps not soon enough.
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

    // Decodes the packets that are here, up to the first gap.
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

        // Audio enters the player here. Whatever the packet held, filters, meters, devices and files get valid numbers.
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
