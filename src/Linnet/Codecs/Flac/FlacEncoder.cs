using System.Runtime.InteropServices;
using Linnet.Audio;
using Linnet.Native;
using Linnet.Wire.Flac;

namespace Linnet.Codecs.Flac;

/// <summary>FLAC encoder using libFLAC: 16 or 24 bits, one to eight channels. A packet is one FLAC frame.</summary>
/// <remarks>
/// Source: RFC 9639. Integer PCM of the same bit depth survives bit for bit. libFLAC looks one frame of sound ahead, so a block may or may
/// not complete a packet; blocks are shorter than packets to keep that delay small. Samples are clipped at ±1; NaN becomes silence.
/// </remarks>
internal sealed class FlacEncoder : IAudioEncoder
{
    private const int Compression = 5;

    /// <summary>Blocks per packet.</summary>
    private const int Pieces = 8;

    /// <summary>Frames per packet: the sizes that every player supports, longest first.</summary>
    private static readonly int[] BlockSizes = [4096, 2048, 1024, 512, 256, 192];

    private static readonly TimeSpan LongestPacket = TimeSpan.FromMilliseconds(100);

    private readonly LibFlacEncoder.Handle _encoder;
    private readonly int _bitDepth;
    private readonly int[] _integers;
    private readonly Queue<(byte[] Packet, int Frames)> _packets = new();
    private readonly List<byte> _head = [];
    private GCHandle _self;

    /// <summary>Creates an encoder.</summary>
    /// <param name="format">The PCM to encode; also the format of the stream.</param>
    /// <param name="bitDepth">16 or 24.</param>
    /// <exception cref="DllNotFoundException">libFLAC is not installed; the message says how to.</exception>
    public FlacEncoder(AudioFormat format, int bitDepth)
    {
        if (!format.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(format), format, "Not a format Linnet carries.");
        }

        if (bitDepth is not (16 or 24))
        {
            throw new ArgumentOutOfRangeException(nameof(bitDepth), bitDepth, "FLAC is encoded with 16 or 24 bits.");
        }

        NativeLibraries.Require(NativeLibraries.Flac);
        Format = format;
        Payload = new PayloadFormat("flac", format.SampleRate, format.Channels);
        FramesPerPacket = BlockSizes.FirstOrDefault(size => size <= format.FramesIn(LongestPacket), BlockSizes[^1]);
        MaxPacketLength = MaxFrameLength(FramesPerPacket, format.Channels, bitDepth);
        _bitDepth = bitDepth;
        _integers = new int[FramesPerBlock * format.Channels];
        _encoder = LibFlacEncoder.Create();
        _self = GCHandle.Alloc(this);
        try
        {
            Start();
            Headers = [StreamInfoOf(_head)];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public AudioFormat Format { get; }

    /// <summary>For display only: RTP has no name for it.</summary>
    public PayloadFormat Payload { get; }

    /// <inheritdoc/>
    public int FramesPerPacket { get; }

    /// <inheritdoc/>
    public int FramesPerBlock => FramesPerPacket / Pieces;

    /// <inheritdoc/>
    public int Delay => 0;

    /// <inheritdoc/>
    public int MaxPacketLength { get; }

    /// <summary>The STREAMINFO block with its header; other blocks may follow it.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Headers { get; }

    /// <inheritdoc/>
    public unsafe int Encode(ReadOnlySpan<float> pcm, Span<byte> packet)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pcm.Length, _integers.Length, nameof(pcm));
        ArgumentOutOfRangeException.ThrowIfNotEqual(pcm.Length % Format.Channels, 0, nameof(pcm));

        PcmConvert.ToIntegers(pcm, _integers, _bitDepth);
        fixed (int* samples = _integers)
        {
            Check(LibFlacEncoder.Process(_encoder, samples, (uint)(pcm.Length / Format.Channels)));
        }

        return 0;
    }

    /// <inheritdoc/>
    public bool TryTake(Span<byte> packet, out int length, out int frames)
    {
        (length, frames) = (0, 0);
        if (!_packets.TryDequeue(out (byte[] Packet, int Frames) next))
        {
            return false;
        }

        next.Packet.CopyTo(packet);
        (length, frames) = (next.Packet.Length, next.Frames);
        return true;
    }

    /// <inheritdoc/>
    public void Complete() => Check(LibFlacEncoder.Finish(_encoder));

    /// <summary>Frees the state of libFLAC.</summary>
    public void Dispose()
    {
        _encoder.Dispose();
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    /// <summary>Length of an uncompressed frame with its header and checksums; libFLAC never makes a longer one.</summary>
    private static int MaxFrameLength(int frames, int channels, int bitDepth)
    {
        // One extra bit for a side channel, two bytes per subframe, sixteen for a header and two for a footer (RFC 9639 §9).
        return 18 + (channels * (2 + (((frames * (bitDepth + 1)) + 7) / 8)));
    }

    private unsafe void Start()
    {
        // Other rates cannot be written in a frame header.
        bool isStreamable = Format.SampleRate <= ushort.MaxValue || Format.SampleRate % 10 == 0;
        Check(LibFlacEncoder.SetStreamableSubset(_encoder, isStreamable ? 1 : 0));
        Check(LibFlacEncoder.SetChannels(_encoder, (uint)Format.Channels));
        Check(LibFlacEncoder.SetBitDepth(_encoder, (uint)_bitDepth));
        Check(LibFlacEncoder.SetSampleRate(_encoder, (uint)Format.SampleRate));
        Check(LibFlacEncoder.SetCompression(_encoder, Compression));
        Check(LibFlacEncoder.SetBlockSize(_encoder, (uint)FramesPerPacket));
        int status = LibFlacEncoder.Start(_encoder, &OnWrite, 0, 0, 0, GCHandle.ToIntPtr(_self));
        if (status != LibFlacEncoder.InitOk)
        {
            throw new InvalidOperationException($"libFLAC did not start: status {status}.");
        }
    }

    [UnmanagedCallersOnly]
    private static unsafe int OnWrite(nint encoder, byte* bytes, nuint length, uint frames, uint number, nint state)
    {
        if (GCHandle.FromIntPtr(state).Target is FlacEncoder self)
        {
            var written = new ReadOnlySpan<byte>(bytes, (int)length);
            if (frames > 0)
            {
                self._packets.Enqueue((written.ToArray(), (int)frames));
            }
            else
            {
                self._head.AddRange(written);
            }
        }

        return LibFlacEncoder.WriteOk;
    }

    /// <summary>The first block at the head of a FLAC file, marked as not the last.</summary>
    private static ReadOnlyMemory<byte> StreamInfoOf(List<byte> head)
    {
        int start = FlacBlockHeader.Marker.Length;
        byte[] block = [.. head.Skip(start).Take(FlacBlockHeader.Length + FlacStreamInfo.BlockLength)];
        block[0] = (byte)FlacBlockType.StreamInfo;
        return block;
    }

    private void Check(int isDone)
    {
        if (isDone == 0)
        {
            throw new InvalidOperationException($"libFLAC failed in state {LibFlacEncoder.State(_encoder)}.");
        }
    }
}
