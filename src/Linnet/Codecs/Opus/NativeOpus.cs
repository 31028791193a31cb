using Linnet.Native;

namespace Linnet.Codecs.Opus;

/// <summary>Opus by libopus, which works in floating point. Allocates nothing per packet.</summary>
internal sealed class NativeOpus : OpusProvider
{
    /// <inheritdoc/>
    internal override IOpusEncoding CreateEncoder(int channels, OpusEncoderOptions options) => new Encoder(channels, options);

    /// <inheritdoc/>
    internal override IOpusDecoding CreateDecoder(int channels)
    {
        OpusDecoderHandle decoder = LibOpus.CreateDecoder(OpusEncoder.SampleRate, channels, out int error);
        return new Decoder(Checked(decoder, error));
    }

    /// <inheritdoc/>
    internal override unsafe IOpusDecoding CreateSurroundDecoder(int streams, int coupled, ReadOnlySpan<byte> mapping)
    {
        fixed (byte* map = mapping)
        {
            OpusSurroundDecoderHandle decoder = LibOpus.CreateSurroundDecoder(
                OpusEncoder.SampleRate, mapping.Length, streams, coupled, map, out int error);
            return new SurroundDecoder(Checked(decoder, error));
        }
    }

    private static T Checked<T>(T state, int error)
        where T : IDisposable
    {
        try
        {
            Check(error);
            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    private static void Check(int result)
    {
        if (result < LibOpus.Ok)
        {
            throw new InvalidOperationException($"libopus: {LibOpus.ErrorText(result)}.");
        }
    }

    private sealed class Encoder : IOpusEncoding
    {
        private readonly OpusEncoderHandle _encoder;
        private readonly int _channels;
        private bool _startsAfresh;

        internal Encoder(int channels, OpusEncoderOptions options)
        {
            _channels = channels;
            int application = options.LowDelay ? LibOpus.ApplicationRestrictedLowDelay : LibOpus.ApplicationAudio;
            _encoder = LibOpus.CreateEncoder(OpusEncoder.SampleRate, channels, application, out int error);
            try
            {
                Check(error);
                Check(LibOpus.Set(_encoder, LibOpus.SetBitRate, options.BitRate));
                Check(LibOpus.Set(_encoder, LibOpus.SetComplexity, options.Complexity));
                Check(LibOpus.Set(_encoder, LibOpus.SetInbandFec, 0));
                Check(LibOpus.Set(_encoder, LibOpus.SetDtx, 0));
                Check(LibOpus.Get(_encoder, LibOpus.GetLookahead, out int lookahead));
                Delay = lookahead;
            }
            catch
            {
                _encoder.Dispose();
                throw;
            }
        }

        public int Delay { get; }

        public unsafe int Encode(ReadOnlySpan<float> pcm, Span<byte> packet, bool startsAfresh)
        {
            if (startsAfresh != _startsAfresh)
            {
                Check(LibOpus.Set(_encoder, LibOpus.SetPredictionDisabled, startsAfresh ? 1 : 0));
                _startsAfresh = startsAfresh;
            }

            fixed (float* samples = pcm)
            {
                fixed (byte* bytes = packet)
                {
                    int length = LibOpus.Encode(_encoder, samples, pcm.Length / _channels, bytes, packet.Length);
                    Check(length);
                    return length;
                }
            }
        }

        public void Dispose() => _encoder.Dispose();
    }

    private sealed class Decoder(OpusDecoderHandle decoder) : IOpusDecoding
    {
        public unsafe int Decode(ReadOnlySpan<byte> packet, Span<float> pcm, int frames, bool recovers)
        {
            fixed (byte* bytes = packet)
            {
                fixed (float* samples = pcm)
                {
                    return LibOpus.Decode(decoder, bytes, packet.Length, samples, frames, recovers ? 1 : 0);
                }
            }
        }

        public void Dispose() => decoder.Dispose();
    }

    private sealed class SurroundDecoder(OpusSurroundDecoderHandle decoder) : IOpusDecoding
    {
        public unsafe int Decode(ReadOnlySpan<byte> packet, Span<float> pcm, int frames, bool recovers)
        {
            fixed (byte* bytes = packet)
            {
                fixed (float* samples = pcm)
                {
                    return LibOpus.Decode(decoder, bytes, packet.Length, samples, frames, recovers ? 1 : 0);
                }
            }
        }

        public void Dispose() => decoder.Dispose();
    }
}
