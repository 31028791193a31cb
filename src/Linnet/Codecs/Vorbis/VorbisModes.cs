using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Vorbis;

/// <summary>The setup header of a Vorbis stream: the kinds of packet, with everything that decodes them.</summary>
/// <remarks>Source: Vorbis I §4.2.4. Check the packet with <see cref="VorbisSetup.IsReasonable"/> first.</remarks>
internal sealed class VorbisModes
{
    private const int PreambleLength = 7;

    private readonly (bool IsLong, VorbisMapping Mapping)[] _modes;

    private VorbisModes((bool IsLong, VorbisMapping Mapping)[] modes) => _modes = modes;

    /// <summary>Reads the header; returns <see langword="null"/> if it is malformed or has a floor of type 0.</summary>
    internal static VorbisModes? TryRead(ReadOnlySpan<byte> packet, int channels)
    {
        var bits = new VorbisBits(packet[Math.Min(PreambleLength, packet.Length)..]);
        var books = new VorbisBook[bits.Read(8) + 1];
        for (int i = 0; i < books.Length; i++)
        {
            if (VorbisBook.TryRead(ref bits) is not { } book)
            {
                return null;
            }

            books[i] = book;
        }

        // Not used: the "time domain transforms" must be 0.
        for (int times = bits.Read(6) + 1; times > 0; times--)
        {
            if (bits.Read(16) != 0)
            {
                return null;
            }
        }

        var floors = new VorbisFloor[bits.Read(6) + 1];
        for (int i = 0; i < floors.Length; i++)
        {
            if (bits.Read(16) != 1 || VorbisFloor.TryRead(ref bits, books) is not { } floor)
            {
                return null;
            }

            floors[i] = floor;
        }

        var residues = new VorbisResidue[bits.Read(6) + 1];
        for (int i = 0; i < residues.Length; i++)
        {
            if (VorbisResidue.TryRead(ref bits, books) is not { } residue)
            {
                return null;
            }

            residues[i] = residue;
        }

        var mappings = new VorbisMapping[bits.Read(6) + 1];
        for (int i = 0; i < mappings.Length; i++)
        {
            if (VorbisMapping.TryRead(ref bits, channels, floors, residues) is not { } mapping)
            {
                return null;
            }

            mappings[i] = mapping;
        }

        return ReadModes(ref bits, mappings);
    }

    /// <summary>Reads the beginning of an audio packet; returns <see langword="false"/> if it is not one.</summary>
    internal bool TryBegin(ref VorbisBits bits, out bool isLong, out VorbisMapping mapping)
    {
        (isLong, mapping) = (false, _modes[0].Mapping);
        if (bits.ReadFlag())
        {
            return false;
        }

        int mode = bits.Read(VorbisNumbers.BitsFor(_modes.Length - 1));
        if (mode >= _modes.Length || bits.IsPastEnd)
        {
            return false;
        }

        (isLong, mapping) = _modes[mode];

        // Long blocks announce the lengths of their neighbors, which are known anyway.
        bits.Skip(isLong ? 2 : 0);
        return !bits.IsPastEnd;
    }

    /// <summary>Finds a mode of long or of short blocks; -1: there is none.</summary>
    /// <param name="isLong">The kind of block.</param>
    /// <param name="width">Bits of a mode's number in a packet.</param>
    internal int Find(bool isLong, out int width)
    {
        width = VorbisNumbers.BitsFor(_modes.Length - 1);
        return Array.FindIndex(_modes, mode => mode.IsLong == isLong);
    }

    private static VorbisModes? ReadModes(ref VorbisBits bits, VorbisMapping[] mappings)
    {
        var modes = new (bool, VorbisMapping)[bits.Read(6) + 1];
        for (int i = 0; i < modes.Length; i++)
        {
            bool isLong = bits.ReadFlag();
            (int window, int transform, int mapping) = (bits.Read(16), bits.Read(16), bits.Read(8));
            if (window != 0 || transform != 0 || mapping >= mappings.Length)
            {
                return null;
            }

            modes[i] = (isLong, mappings[mapping]);
        }

        return bits.ReadFlag() && !bits.IsPastEnd ? new VorbisModes(modes) : null;
    }
}
