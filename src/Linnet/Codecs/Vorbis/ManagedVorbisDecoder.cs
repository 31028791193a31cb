using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Vorbis;

/// <summary>Decodes Vorbis without a C library.</summary>
/// <remarks>
/// Source: Vorbis I §4.3. As in libvorbis, blocks overlap as their own lengths require, whatever they announce about their neighbors; so a
/// lost packet costs only its own frames. The work for a packet is bounded by its block length.
/// </remarks>
internal sealed class ManagedVorbisDecoder : IVorbisDecoder
{
    private readonly VorbisModes _modes;
    private readonly int _channels;
    private readonly VorbisTransform _short;
    private readonly VorbisTransform _long;
    private readonly (int Short, int Long) _lengths;
    private readonly float[] _spectra;
    private readonly float[] _grouped;
    private readonly float[] _block;
    private readonly int[] _points;

    // For each channel, the second half of the previous block, without the window.
    private readonly float[] _tails;
    private int _previous;

    private ManagedVorbisDecoder(VorbisModes modes, VorbisHead head)
    {
        (_modes, _channels, _lengths) = (modes, head.Format.Channels, (head.ShortBlock, head.LongBlock));
        _short = new VorbisTransform(head.ShortBlock);
        _long = head.LongBlock == head.ShortBlock ? _short : new VorbisTransform(head.LongBlock);
        int half = head.LongBlock / 2;
        _spectra = new float[_channels * half];
        _grouped = new float[_channels * half];
        _tails = new float[_channels * half];
        _block = new float[head.LongBlock];
        _points = new int[_channels * VorbisFloor.MaxPoints];
    }

    /// <summary>Creates a decoder; returns <see langword="null"/> if the header is malformed.</summary>
    /// <param name="head">The first packet.</param>
    /// <param name="setup">The third packet, of reasonable size.</param>
    internal static ManagedVorbisDecoder? TryCreate(VorbisHead head, ReadOnlySpan<byte> setup) =>
        VorbisModes.TryRead(setup, head.Format.Channels) is { } modes ? new ManagedVorbisDecoder(modes, head) : null;

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> packet, Span<float> pcm)
    {
        var bits = new VorbisBits(packet);
        if (!_modes.TryBegin(ref bits, out bool isLong, out VorbisMapping mapping))
        {
            return -1;
        }

        int length = isLong ? _lengths.Long : _lengths.Short;
        ReadSpectra(ref bits, mapping, length / 2);
        int frames = _previous == 0 ? 0 : (_previous + length) / 4;
        ReadOnlySpan<byte> order = VorbisChannels.Order(_channels);
        for (int channel = 0; channel < _channels; channel++)
        {
            int coded = order[channel];
            Span<float> block = _block.AsSpan(0, length);
            (isLong ? _long : _short).Invert(Spectrum(coded, length / 2), block);
            Span<float> tail = _tails.AsSpan(coded * _lengths.Long / 2, _lengths.Long / 2);
            if (frames > 0)
            {
                Overlap(tail[..(_previous / 2)], block, pcm[channel..]);
            }

            block[(length / 2)..].CopyTo(tail);
        }

        _previous = length;
        return frames;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private Span<float> Spectrum(int channel, int length) => _spectra.AsSpan(channel * length, length);

    private void ReadSpectra(ref VorbisBits bits, VorbisMapping mapping, int length)
    {
        Span<bool> isSilent = stackalloc bool[_channels];
        Span<bool> hasCurve = stackalloc bool[_channels];
        for (int channel = 0; channel < _channels; channel++)
        {
            hasCurve[channel] = mapping.Floors[mapping.Groups[channel]].TryReadPoints(ref bits, Points(channel));
            isSilent[channel] = !hasCurve[channel];
        }

        // Both channels of a pair are coded if one is not silent.
        foreach ((int magnitude, int angle) in mapping.Couplings)
        {
            isSilent[magnitude] = isSilent[angle] = isSilent[magnitude] && isSilent[angle];
        }

        _spectra.AsSpan(0, _channels * length).Clear();
        AddResidues(ref bits, mapping, length, isSilent);
        for (int i = mapping.Couplings.Length - 1; i >= 0; i--)
        {
            (int magnitude, int angle) = mapping.Couplings[i];
            VorbisMapping.Uncouple(Spectrum(magnitude, length), Spectrum(angle, length));
        }

        for (int channel = 0; channel < _channels; channel++)
        {
            if (hasCurve[channel])
            {
                mapping.Floors[mapping.Groups[channel]].Apply(Points(channel), Spectrum(channel, length));
            }
            else
            {
                Spectrum(channel, length).Clear();
            }
        }
    }

    private Span<int> Points(int channel) => _points.AsSpan(channel * VorbisFloor.MaxPoints, VorbisFloor.MaxPoints);

    private void AddResidues(ref VorbisBits bits, VorbisMapping mapping, int length, scoped ReadOnlySpan<bool> isSilent)
    {
        if (mapping.Residues.Length == 1)
        {
            mapping.Residues[0].Add(ref bits, _spectra, length, isSilent);
            return;
        }

        Span<bool> isMemberSilent = stackalloc bool[_channels];
        for (int group = 0; group < mapping.Residues.Length; group++)
        {
            int members = 0;
            for (int channel = 0; channel < _channels; channel++)
            {
                if (mapping.Groups[channel] == group)
                {
                    isMemberSilent[members++] = isSilent[channel];
                }
            }

            Span<float> spectra = _grouped.AsSpan(0, members * length);
            spectra.Clear();
            mapping.Residues[group].Add(ref bits, spectra, length, isMemberSilent[..members]);
            for (int channel = 0, member = 0; channel < _channels; channel++)
            {
                if (mapping.Groups[channel] == group)
                {
                    spectra.Slice(member++ * length, length).CopyTo(Spectrum(channel, length));
                }
            }
        }
    }

    /// <summary>Adds the end of the previous block and the beginning of this one, from center to center.</summary>
    private void Overlap(ReadOnlySpan<float> tail, ReadOnlySpan<float> block, Span<float> pcm)
    {
        int shorter = Math.Min(tail.Length, block.Length / 2);
        ReadOnlySpan<float> slope = shorter == _lengths.Short / 2 ? _short.Slope : _long.Slope;
        int before = (tail.Length - shorter) / 2;
        int skipped = ((block.Length / 2) - shorter) / 2;
        int frames = (tail.Length + (block.Length / 2)) / 2;
        for (int i = 0, at = 0; i < frames; i++, at += _channels)
        {
            int x = i - before;
            float sample = x < 0 ? tail[i]
                : x >= shorter ? block[skipped + x]
                : (tail[i] * slope[shorter - 1 - x]) + (block[skipped + x] * slope[x]);
            pcm[at] = float.IsFinite(sample) ? sample : 0;
        }
    }
}
