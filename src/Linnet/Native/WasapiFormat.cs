using System.Runtime.Versioning;
using NAudio.Wave;

namespace Linnet.Native;

/// <summary>A float32 format of a Windows stream.</summary>
/// <param name="SampleRate">Frames per second.</param>
/// <param name="Channels">Samples per frame, 1–8.</param>
/// <param name="Mask">A bit for each speaker; 0: unknown.</param>
[SupportedOSPlatform("windows")]
internal readonly record struct WasapiFormat(int SampleRate, int Channels, int Mask)
{
    private const int MinSampleRate = 2_000;
    private const int MaxSampleRate = 384_000;
    private const int MaxChannels = 8;
    private const int FrontCentre = 4;
    private const int FrontLeftAndRight = 3;
    private const int BitsPerSample = 32;

    /// <summary>The format of the mixer, or the nearest to it.</summary>
    internal static WasapiFormat Of(WaveFormat mix)
    {
        int channels = mix.Channels is >= 1 and <= MaxChannels ? mix.Channels : 2;
        int mask = channels == 1 ? FrontCentre : channels == 2 ? FrontLeftAndRight
            : mix is WaveFormatExtensible { ChannelMask: var speakers } ? speakers : 0;
        return new WasapiFormat(Math.Clamp(mix.SampleRate, MinSampleRate, MaxSampleRate), channels, mask);
    }

    /// <summary>Whether it is the mixer's own, so that nothing has to be converted.</summary>
    internal bool Is(WaveFormat mix) =>
        mix.SampleRate == SampleRate && mix.Channels == Channels && mix.BitsPerSample == BitsPerSample
            && (mix.Encoding == WaveFormatEncoding.IeeeFloat
                || (mix is WaveFormatExtensible { SubFormat: var kind } && kind == AudioMediaSubtypes.MEDIASUBTYPE_IEEE_FLOAT));

    /// <summary>The description that Windows wants.</summary>
    internal WaveFormatExtensible Describe() =>
        new(SampleRate, BitsPerSample, Channels, AudioMediaSubtypes.MEDIASUBTYPE_IEEE_FLOAT, BitsPerSample, Mask);
}
