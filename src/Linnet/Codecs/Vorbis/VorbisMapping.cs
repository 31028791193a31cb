using Linnet.Wire.Ogg;

namespace Linnet.Codecs.Vorbis;

/// <summary>Which floor and residue each channel has, and which channels are coded as magnitude and angle.</summary>
/// <param name="Couplings">The channels with the magnitude and the angle.</param>
/// <param name="Groups">The group of each channel.</param>
/// <param name="Floors">The floor of each group.</param>
/// <param name="Residues">The residue of each group.</param>
/// <remarks>Source: Vorbis I §4.2.4 (mappings), §4.3.5.</remarks>
internal sealed record VorbisMapping(
    (int Magnitude, int Angle)[] Couplings, byte[] Groups, VorbisFloor[] Floors, VorbisResidue[] Residues)
{
    /// <summary>Reads a mapping of the setup header; returns <see langword="null"/> if it is malformed.</summary>
    internal static VorbisMapping? TryRead(ref VorbisBits bits, int channels, VorbisFloor[] floors, VorbisResidue[] residues)
    {
        if (bits.Read(16) != 0)
        {
            return null;
        }

        int groupCount = bits.ReadFlag() ? bits.Read(4) + 1 : 1;
        var couplings = new (int, int)[bits.ReadFlag() ? bits.Read(8) + 1 : 0];
        int width = VorbisNumbers.BitsFor(channels - 1);
        for (int i = 0; i < couplings.Length; i++)
        {
            (int magnitude, int angle) = (bits.Read(width), bits.Read(width));
            if (magnitude == angle || magnitude >= channels || angle >= channels)
            {
                return null;
            }

            couplings[i] = (magnitude, angle);
        }

        if (bits.Read(2) != 0)
        {
            return null;
        }

        byte[] groups = new byte[channels];
        for (int channel = 0; channel < channels && groupCount > 1; channel++)
        {
            groups[channel] = (byte)bits.Read(4);
            if (groups[channel] >= groupCount)
            {
                return null;
            }
        }

        var groupFloors = new VorbisFloor[groupCount];
        var groupResidues = new VorbisResidue[groupCount];
        for (int i = 0; i < groupCount; i++)
        {
            // The first byte is not used.
            bits.Skip(8);
            (int floor, int residue) = (bits.Read(8), bits.Read(8));
            if (floor >= floors.Length || residue >= residues.Length)
            {
                return null;
            }

            (groupFloors[i], groupResidues[i]) = (floors[floor], residues[residue]);
        }

        return bits.IsPastEnd ? null : new VorbisMapping(couplings, groups, groupFloors, groupResidues);
    }

    /// <summary>Replaces magnitude and angle by the two channels.</summary>
    internal static void Uncouple(Span<float> magnitudes, Span<float> angles)
    {
        for (int i = 0; i < magnitudes.Length; i++)
        {
            (float magnitude, float angle) = (magnitudes[i], angles[i]);
            float other = magnitude > 0 == angle > 0 ? magnitude - angle : magnitude + angle;
            (magnitudes[i], angles[i]) = angle > 0 ? (magnitude, other) : (other, magnitude);
        }
    }
}
