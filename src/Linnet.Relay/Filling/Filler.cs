using System.Diagnostics.CodeAnalysis;
using Linnet.Broadcast;
using Linnet.Codecs;
using Linnet.Sources;

namespace Linnet.Relay.Filling;

/// <summary>
/// Makes the packets that listeners of a rendition get while its origin is away: silence, or a fallback. They follow the last packet, and
/// the first packets after them follow them, without a gap or a click.
/// </summary>
/// <remarks>
/// Silence needs no encoder, hardly any time, and nothing that must be freed, so that all renditions of a server may be filled at once.
/// Decoders go on with what they have: the format does not change. The filler knows no time: the caller publishes each packet when it is
/// due. A new one is made for each absence of the origin. For use by one thread.
/// </remarks>
internal sealed class Filler : IDisposable
{
    private readonly RenditionInfo _info;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _headers;
    private readonly Silence _silence;
    private FallbackSound? _sound;

    private Filler(RenditionInfo info, IReadOnlyList<ReadOnlyMemory<byte>> headers, Silence silence, long position)
    {
        (_info, _headers, _silence) = (info, headers, silence);
        Position = position;
    }

    /// <summary>Where the next packet begins.</summary>
    internal long Position { get; private set; }

    /// <summary>Why there is silence in place of the fallback, for the user; <see langword="null"/> if there is another reason.</summary>
    internal string? FallbackProblem { get; set; }

    /// <summary>Makes a filler, or says why there is none. Never throws, whatever a peer sent.</summary>
    /// <param name="info">The rendition.</param>
    /// <param name="headers">What its decoders got: <see cref="FormatItem.Headers"/> of the ring's latest format, or if it has none
    /// <see cref="RenditionInfo.Headers"/>.</param>
    /// <param name="last">The last packet before the silence.</param>
    /// <param name="filler">The filler.</param>
    /// <param name="problem">Otherwise a sentence for the user.</param>
    internal static bool TryCreate(
        RenditionInfo info, IReadOnlyList<ReadOnlyMemory<byte>> headers, PacketItem last, [NotNullWhen(true)] out Filler? filler,
        [NotNullWhen(false)] out string? problem)
    {
        Silence? silence = info.FramesPerPacket > 0 && info.Payload.Clock.IsValid ? CreateSilence(info, headers, last) : null;
        filler = silence is null ? null : new Filler(info, headers, silence, last.Position + last.Frames);
        problem = silence is not null ? null
            : $"Linnet cannot make silence like the packets of {info} ({info.Payload}). While its origin is away, its listeners receive "
                + "nothing.";
        return filler is not null;
    }

    /// <summary>
    /// Plays a fallback from the next packet on, some milliseconds later. It needs the rendition's encoder; where that is missing, or
    /// fails, there is silence and a <see cref="FallbackProblem"/>. In Vorbis there is always silence.
    /// </summary>
    /// <param name="fallback">The fallback, which must not be live. Read by <see cref="TryNext"/>; disposed by this filler.</param>
    internal void Play(IAudioSource fallback)
    {
        IAudioEncoder? encoder = null;
        try
        {
            encoder = FallbackEncoder.Create(_info, _headers);
            _sound = new FallbackSound(_info, encoder, fallback, Position);
        }
        catch (Exception e)
        {
            FallbackProblem = e.Message;
            encoder?.Dispose();
            fallback.Dispose();
        }
    }

    /// <summary>Makes the next packet.</summary>
    /// <param name="next">
    /// The first packet of the origin that follows; <see langword="null"/>: not known yet. It should be known some milliseconds before its
    /// position is reached, as the silence is made to end there.
    /// </param>
    /// <param name="packet">
    /// The packet. If it begins where <paramref name="next"/> does, it takes the place of that; ask again with the one after it.
    /// </param>
    /// <returns>
    /// <see langword="false"/>: the silence ends, as <paramref name="next"/> follows unchanged. If that begins before
    /// <see cref="Position"/>, it is too late: ask again with the one after it.
    /// </returns>
    internal bool TryNext(PacketItem? next, out FilledPacket packet)
    {
        packet = default;
        long room = next is null ? long.MaxValue : next.Position - Position;
        if (room < 0)
        {
            return false;
        }

        if (!TryTakeSound(next, room, out packet) && !TryTakeSilence(next, room, out packet))
        {
            return false;
        }

        Position = packet.Position + packet.Frames;
        return true;
    }

    /// <summary>Frees the encoder and the source of the fallback.</summary>
    public void Dispose()
    {
        try
        {
            _sound?.Dispose();
        }
        catch (Exception e)
        {
            FallbackProblem ??= e.Message;
        }

        _sound = null;
    }

    private bool TryTakeSound(PacketItem? next, long room, out FilledPacket packet)
    {
        packet = default;
        try
        {
            if (_sound is null || !_sound.TryTake(Position, next?.Position, out packet) || packet.Frames > room)
            {
                return false;
            }

            packet = packet with { Payload = _silence.Fit(packet) };
            return true;
        }
        catch (Exception e)
        {
            FallbackProblem = e.Message;
            Dispose();
            return false;
        }
    }

    private bool TryTakeSilence(PacketItem? next, long room, out FilledPacket packet)
    {
        ReadOnlyMemory<byte> payload = default;
        int frames = room == 0 ? 0 : _silence.Next(Position, next, out payload);
        packet = new FilledPacket(Position, frames, payload);
        if (frames > 0 && frames <= room)
        {
            return true;
        }

        if (next is null || _silence.InsteadOf(next) is not { } instead)
        {
            return false;
        }

        packet = new FilledPacket(next.Position, next.Frames, instead);
        return true;
    }

    private static Silence? CreateSilence(RenditionInfo info, IReadOnlyList<ReadOnlyMemory<byte>> headers, PacketItem last) =>
        info.Payload.EncodingName.ToUpperInvariant() switch
        {
            "OPUS" => RepeatedSilence.Opus(info, last),
            "MP3" => Mp3Silence.TryCreate(info, last),
            "AAC" => RepeatedSilence.Aac(info),
            "VORBIS" => VorbisSilence.TryCreate(info, headers, last),
            "FLAC" => FlacSilence.TryCreate(info, headers, last),
            _ => PcmSilence.TryCreate(info, last),
        };
}
