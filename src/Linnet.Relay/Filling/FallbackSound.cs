using Linnet.Broadcast;
using Linnet.Codecs;
using Linnet.Sources;
using Linnet.Stations;

namespace Linnet.Relay.Filling;

/// <summary>Packets with the sound of a fallback. It fades in after some silence, and out before the packets that follow.</summary>
/// <remarks>For use by one thread. Dispose it to free the encoder, which may be a process.</remarks>
internal sealed class FallbackSound : IDisposable
{
    /// <summary>Blocks that the encoder gets before it must have made a packet.</summary>
    private const int MaxAhead = 16;

    private const int ReadFrames = 1024;

    /// <summary>Silence before the fallback: decoders have left the sound before it behind, and have one frame more.</summary>
    private static readonly TimeSpan PauseTime = TimeSpan.FromMilliseconds(20);

    /// <summary>What a process needs to start and to answer.</summary>
    private static readonly TimeSpan ProcessTime = TimeSpan.FromSeconds(1.5);

    /// <summary>As long as a <see cref="Audio.Gain"/> takes.</summary>
    private static readonly TimeSpan FadeTime = TimeSpan.FromMilliseconds(20);

    private readonly IAudioSource _source;
    private readonly RenditionChain _chain;
    private readonly Queue<FilledPacket> _packets = new();
    private readonly float[] _read;
    private readonly long _start;
    private readonly int _fade;
    private ReadOnlyMemory<float> _rest;
    private long _position;
    private long _fed;
    private long _silentFrom = long.MaxValue;

    /// <summary>Creates the packets.</summary>
    /// <param name="info">The rendition.</param>
    /// <param name="encoder">Its encoder; disposed with this.</param>
    /// <param name="source">The fallback, not live; disposed with this.</param>
    /// <param name="after">Position where the silence before it begins.</param>
    internal FallbackSound(RenditionInfo info, IAudioEncoder encoder, IAudioSource source, long after)
    {
        _source = source;
        _chain = new RenditionChain(source.Format, encoder, 0, loudness: 0) { Loudness = 1 };
        _read = new float[ReadFrames * source.Format.Channels];
        _fade = encoder.Format.FramesIn(FadeTime);
        int pause = encoder.Format.FramesIn(info.Payload.Is("aac") ? ProcessTime : PauseTime);
        _start = _position = after + ((pause + encoder.FramesPerPacket - 1) / encoder.FramesPerPacket * encoder.FramesPerPacket);
        _fed = _start + encoder.Delay;
    }

    /// <summary>Takes the packet that begins at a position.</summary>
    /// <param name="position">The position: that of the call before, or the end of the packet there.</param>
    /// <param name="end">Where other packets follow; <see langword="null"/>: not known yet.</param>
    /// <param name="packet">The packet.</param>
    /// <returns><see langword="false"/>: there is silence at this position.</returns>
    /// <exception cref="Exception">The fallback or the encoder failed.</exception>
    internal bool TryTake(long position, long? end, out FilledPacket packet)
    {
        IAudioEncoder encoder = _chain.Encoder;
        long limit = Math.Max(position, _start) + encoder.Delay + (MaxAhead * encoder.FramesPerBlock);
        packet = default;
        while (position < _silentFrom)
        {
            if (!_packets.TryPeek(out packet))
            {
                if (_fed >= limit)
                {
                    return false;
                }

                Feed(end);
            }
            else if (packet.Position >= position)
            {
                return packet.Position == position && _packets.TryDequeue(out packet);
            }
            else
            {
                // The encoder was too slow, and there was silence in its place.
                _packets.Dequeue();
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chain.Dispose();
        _source.Dispose();
    }

    /// <summary>Encodes the next block.</summary>
    private void Feed(long? end)
    {
        IAudioEncoder encoder = _chain.Encoder;

        // The last packet is silent, so that it goes with the one after it.
        int margin = _fade + (3 * encoder.FramesPerBlock) + encoder.FramesPerPacket;
        if (_silentFrom == long.MaxValue && _fed >= end - margin)
        {
            FadeOut();
        }

        ReadOnlySpan<float> rest = _rest.Span;
        while (!_chain.Take(ref rest))
        {
            int frames = _source.ReadSound(_read, CancellationToken.None).Frames;
            if (frames == 0)
            {
                FadeOut();
                _read.AsSpan().Clear();
                frames = ReadFrames;
            }

            _rest = _read.AsMemory(0, frames * _source.Format.Channels);
            rest = _rest.Span;
        }

        _rest = _rest[^rest.Length..];
        int length = encoder.Encode(_chain.Block, _chain.Packet);
        if (length > 0)
        {
            Keep(length, encoder.FramesPerPacket);
        }

        while (encoder.TryTake(_chain.Packet, out length, out int packetFrames))
        {
            Keep(length, packetFrames);
        }

        _fed += encoder.FramesPerBlock;
    }

    private void FadeOut()
    {
        _chain.Loudness = 0;
        _silentFrom = Math.Min(_silentFrom, _fed + _fade + (2 * _chain.Encoder.FramesPerBlock));
    }

    private void Keep(int length, int frames)
    {
        _packets.Enqueue(new FilledPacket(_position, frames, _chain.Packet.AsSpan(0, length).ToArray()));
        _position += frames;
    }
}
