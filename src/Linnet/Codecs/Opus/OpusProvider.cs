using Linnet.Native;

namespace Linnet.Codecs.Opus;

/// <summary>A library that encodes and decodes Opus: libopus, or Concentus, which is managed code.</summary>
internal abstract class OpusProvider
{
    /// <summary>libopus. Only if it is installed.</summary>
    internal static OpusProvider Native { get; } = new NativeOpus();

    /// <summary>Concentus, which is always there.</summary>
    internal static OpusProvider Managed { get; } = new ManagedOpus();

    /// <summary>The one to use: libopus if it is installed and not turned off.</summary>
    internal static OpusProvider Chosen => CodecChoice.Uses(NativeLibraries.Opus) ? Native : Managed;

    /// <summary>Creates an encoder.</summary>
    /// <param name="channels">1 or 2.</param>
    /// <param name="options">Valid options.</param>
    internal abstract IOpusEncoding CreateEncoder(int channels, OpusEncoderOptions options);

    /// <summary>Creates a decoder.</summary>
    /// <param name="channels">Channels to decode to, 1 or 2, whatever the packets hold.</param>
    internal abstract IOpusDecoding CreateDecoder(int channels);

    /// <summary>Creates a decoder for packets of several streams.</summary>
    /// <param name="streams">Streams per packet.</param>
    /// <param name="coupled">Number of stereo streams among them; they come first.</param>
    /// <param name="mapping">The decoded channel for each output channel; 255 is silence.</param>
    /// <exception cref="InvalidOperationException">The parameters do not fit each other; the message says why.</exception>
    internal abstract IOpusDecoding CreateSurroundDecoder(int streams, int coupled, ReadOnlySpan<byte> mapping);
}
