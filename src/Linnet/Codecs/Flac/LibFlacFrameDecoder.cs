using System.Runtime.InteropServices;
using Linnet.Native;
using Linnet.Wire.Flac;

namespace Linnet.Codecs.Flac;

/// <summary>Decodes FLAC frames using libFLAC.</summary>
internal sealed unsafe class LibFlacFrameDecoder : IFlacFrameDecoder
{
    private readonly LibFlacDecoder.Handle _decoder;
    private readonly FlacStreamInfo _info;
    private readonly float _scale;
    private GCHandle _self;
    private float[] _pcm = [];
    private byte* _input;
    private int _left;
    private int _frames;
    private bool _hasFailed;

    private LibFlacFrameDecoder(LibFlacDecoder.Handle decoder, FlacStreamInfo info)
    {
        (_decoder, _info) = (decoder, info);
        _scale = 1f / (1u << (info.BitDepth - 1));
        _self = GCHandle.Alloc(this);
    }

    /// <summary>Creates a decoder for a stream; <see langword="null"/> if libFLAC does not support it.</summary>
    internal static LibFlacFrameDecoder? TryCreate(FlacStreamInfo info)
    {
        var decoder = new LibFlacFrameDecoder(LibFlacDecoder.Create(), info);
        if (decoder._decoder.IsInvalid || !decoder.Start())
        {
            decoder.Dispose();
            return null;
        }

        return decoder;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Decode(ReadOnlySpan<byte> frame, in FlacFrameHeader header, out bool isDamaged)
    {
        int samples = header.Frames * _info.Format.Channels;
        if (_pcm.Length < samples)
        {
            _pcm = new float[samples];
        }

        // Each frame on its own. Otherwise libFLAC would take what is left of a damaged frame for the next one, and if frames are missing,
        // it would give silence for them in place of this one.
        _ = LibFlacDecoder.Flush(_decoder);
        (_frames, _hasFailed) = (0, false);
        Feed(frame, LibFlacDecoder.ReadOne);
        isDamaged = _hasFailed || _frames != header.Frames;
        if (isDamaged)
        {
            _pcm.AsSpan(0, samples).Clear();
        }

        return _pcm.AsSpan(0, samples);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    private bool Start()
    {
        if (LibFlacDecoder.Start(_decoder, &Read, 0, 0, 0, 0, &Write, 0, &Fail, GCHandle.ToIntPtr(_self)) != 0)
        {
            return false;
        }

        // Without the number of frames and the MD5: those of a whole file do not apply to a part of it.
        byte[] head = [.. FlacBlockHeader.Marker, .. (_info with { Length = 0 }).ToBlock(isLast: true)];
        return Feed(head, LibFlacDecoder.ReadMetadata) && LibFlacDecoder.State(_decoder) == LibFlacDecoder.SearchesForFrame;
    }

    private bool Feed(ReadOnlySpan<byte> bytes, Func<LibFlacDecoder.Handle, int> call)
    {
        fixed (byte* input = bytes)
        {
            _input = input;
            _left = bytes.Length;
            int result = call(_decoder);
            _input = null;
            _left = 0;
            return result != 0;
        }
    }

    [UnmanagedCallersOnly]
    private static int Read(nint decoder, byte* buffer, nuint* length, nint state)
    {
        var self = (LibFlacFrameDecoder)GCHandle.FromIntPtr(state).Target!;
        int taken = (int)Math.Min((ulong)*length, (ulong)self._left);
        new ReadOnlySpan<byte>(self._input, taken).CopyTo(new Span<byte>(buffer, taken));
        self._input += taken;
        self._left -= taken;
        *length = (nuint)taken;
        return taken > 0 ? LibFlacDecoder.ReadMore : LibFlacDecoder.ReadEnded;
    }

    [UnmanagedCallersOnly]
    private static int Write(nint decoder, LibFlacDecoder.FrameHeader* frame, int** samples, nint state)
    {
        var self = (LibFlacFrameDecoder)GCHandle.FromIntPtr(state).Target!;
        int channels = self._info.Format.Channels;
        if (frame->Channels == channels && frame->BitDepth == self._info.BitDepth && (long)frame->Frames * channels <= self._pcm.Length)
        {
            self._frames = (int)frame->Frames;
            for (int channel = 0; channel < channels; channel++)
            {
                int* source = samples[channel];
                for (int i = 0; i < self._frames; i++)
                {
                    self._pcm[(i * channels) + channel] = source[i] * self._scale;
                }
            }
        }

        return LibFlacDecoder.WriteMore;
    }

    /// <summary>For some faults libFLAC calls this, and then gives silence.</summary>
    [UnmanagedCallersOnly]
    private static void Fail(nint decoder, int status, nint state) =>
        ((LibFlacFrameDecoder)GCHandle.FromIntPtr(state).Target!)._hasFailed = true;
}
