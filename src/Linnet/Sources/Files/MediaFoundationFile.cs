using System.Runtime.Versioning;
using Linnet.Audio;
using Linnet.Native;
using NAudio.MediaFoundation;

namespace Linnet.Sources.Files;

/// <summary>The first sound track of a file that Windows can decode, as PCM. Used by one thread at a time.</summary>
[SupportedOSPlatform("windows")]
internal sealed unsafe class MediaFoundationFile : IDisposable
{
    // Methods of IMFSourceReader, IMFSample and IMFMediaBuffer.
    private const int SetStreamSelection = 4;
    private const int GetNativeMediaType = 5;
    private const int GetCurrentMediaType = 6;
    private const int SetCurrentMediaType = 7;
    private const int ReadSample = 9;
    private const int GetPresentationAttribute = 12;
    private const int ConvertToContiguousBuffer = 41;
    private const int Lock = 3;
    private const int Unlock = 4;

    private const uint AllStreams = 0xFFFFFFFE;
    private const uint FirstSound = 0xFFFFFFFD;
    private const uint WholeFile = 0xFFFFFFFF;

    // Flags of ReadSample.
    private const uint HasFailed = 1;
    private const uint HasEnded = 2;

    // PROPVARIANT: VT_UI8, in units of 100 ns.
    private const ushort UnsignedLong = 21;

    /// <summary>A reader that gives nothing this often in a row has hung.</summary>
    private const int MaxEmptyReads = 10_000;

    private readonly ComObject _reader;
    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private bool _hasEnded;

    private MediaFoundationFile(ComObject reader) => _reader = reader;

    /// <summary>Sample rate in Hz.</summary>
    internal int SampleRate { get; private set; }

    /// <summary>Samples per frame.</summary>
    internal int Channels { get; private set; }

    /// <summary>How the samples are stored.</summary>
    internal SampleEncoding Encoding { get; private set; } = SampleEncoding.S16LE;

    /// <summary>Significant bits of the integer PCM that the file holds; 0 if it is lossy.</summary>
    internal int BitDepth { get; private set; }

    /// <summary>The declared duration, if there is one.</summary>
    internal TimeSpan? Duration { get; private set; }

    /// <summary>Opens a file and decodes its beginning; <see langword="null"/> if Windows cannot.</summary>
    /// <param name="path">The full path.</param>
    internal static MediaFoundationFile? TryOpen(string path)
    {
        nint pointer;
        if (!MediaFoundation.IsAvailable || MediaFoundation.MFCreateSourceReaderFromURL(path, 0, &pointer) < 0)
        {
            return null;
        }

        var file = new MediaFoundationFile(new ComObject(pointer));
        if (file.TryChoose() && file.TryFill() && file.TryDescribe())
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Reads the next samples.</summary>
    /// <returns>Samples read, in whole frames; 0 at the end.</returns>
    /// <exception cref="IOException">The file is damaged.</exception>
    internal int Read(Span<float> pcm)
    {
        int frameLength = Encoding.BytesPerSample * Channels;
        if (_end - _start < frameLength && !TryFill())
        {
            return 0;
        }

        int frames = Math.Min((_end - _start) / frameLength, pcm.Length / Channels);
        int read = PcmConvert.ToFloat(Encoding, _bytes.AsSpan(_start, frames * frameLength), pcm);
        _start += frames * frameLength;
        return read;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static bool IsLossless(Guid subtype) => subtype == AudioSubtypes.MFAudioFormat_FLAC
        || subtype == AudioSubtypes.MFAudioFormat_ALAC || subtype == AudioSubtypes.MFAudioFormat_WMAudio_Lossless
        || subtype == AudioSubtypes.MFAudioFormat_PCM;

    /// <summary>Chooses the first sound track, and the samples that lose nothing: integers of a lossless file, else floats.</summary>
    private bool TryChoose()
    {
        if (_reader.Call(SetStreamSelection, AllStreams, 0) < 0 || _reader.Call(SetStreamSelection, FirstSound, 1) < 0)
        {
            return false;
        }

        nint pointer;
        if (_reader.Call(GetNativeMediaType, FirstSound, 0u, (nint)(&pointer)) < 0)
        {
            return false;
        }

        using var native = new ComObject(pointer);
        bool isLossless = IsLossless(native.Identifier(MediaFoundationAttributes.MF_MT_SUBTYPE) ?? default);
        BitDepth = isLossless ? (int)(native.UInt32(MediaFoundationAttributes.MF_MT_AUDIO_BITS_PER_SAMPLE) ?? 0) : 0;
        return isLossless
            ? TryAsk(AudioSubtypes.MFAudioFormat_PCM) || TryAsk(AudioSubtypes.MFAudioFormat_Float)
            : TryAsk(AudioSubtypes.MFAudioFormat_Float) || TryAsk(AudioSubtypes.MFAudioFormat_PCM);
    }

    private bool TryAsk(Guid subtype)
    {
        nint pointer;
        if (MediaFoundation.MFCreateMediaType(&pointer) < 0)
        {
            return false;
        }

        using var type = new ComObject(pointer);
        type.Set(MediaFoundationAttributes.MF_MT_MAJOR_TYPE, MediaTypes.MFMediaType_Audio);
        type.Set(MediaFoundationAttributes.MF_MT_SUBTYPE, subtype);
        return _reader.Call(SetCurrentMediaType, FirstSound, 0, type.Pointer) >= 0;
    }

    /// <summary>Reads the format, which some decoders know only after the first packet.</summary>
    private bool TryDescribe()
    {
        nint pointer;
        if (_reader.Call(GetCurrentMediaType, FirstSound, (nint)(&pointer)) < 0)
        {
            return false;
        }

        using var type = new ComObject(pointer);
        bool isFloat = type.Identifier(MediaFoundationAttributes.MF_MT_SUBTYPE) == AudioSubtypes.MFAudioFormat_Float;
        SampleRate = (int)(type.UInt32(MediaFoundationAttributes.MF_MT_AUDIO_SAMPLES_PER_SECOND) ?? 0);
        Channels = (int)(type.UInt32(MediaFoundationAttributes.MF_MT_AUDIO_NUM_CHANNELS) ?? 0);
        SampleEncoding? encoding = (isFloat, type.UInt32(MediaFoundationAttributes.MF_MT_AUDIO_BITS_PER_SAMPLE)) switch
        {
            (true, 32) => SampleEncoding.F32LE,
            (false, 8) => SampleEncoding.U8,
            (false, 16) => SampleEncoding.S16LE,
            (false, 24) => SampleEncoding.S24LE,
            (false, 32) => SampleEncoding.S32LE,
            _ => null,
        };
        Encoding = encoding ?? Encoding;
        Duration = DeclaredDuration();
        return encoding is not null && SampleRate > 0 && Channels > 0;
    }

    private TimeSpan? DeclaredDuration()
    {
        Guid key = MediaFoundationAttributes.MF_PD_DURATION;
        ulong* value = stackalloc ulong[3];
        value[0] = 0;
        bool isKnown = _reader.Call(GetPresentationAttribute, WholeFile, (nint)(&key), (nint)value) >= 0
            && *(ushort*)value == UnsignedLong && value[1] is > 0 and < long.MaxValue;
        return isKnown ? TimeSpan.FromTicks((long)value[1]) : null;
    }

    /// <summary>Decodes the next packet; <see langword="false"/> at the end.</summary>
    private bool TryFill()
    {
        for (int i = 0; i < MaxEmptyReads && !_hasEnded; i++)
        {
            uint flags;
            nint pointer = 0;
            int result = _reader.Call(ReadSample, FirstSound, 0, 0, (nint)(&flags), 0, (nint)(&pointer));
            using ComObject? sample = pointer == 0 ? null : new ComObject(pointer);
            if (result < 0 || (flags & HasFailed) != 0)
            {
                throw new IOException($"Windows cannot decode it (0x{result:X8}).");
            }

            _hasEnded = (flags & HasEnded) != 0;
            if (sample is not null && TryTake(sample))
            {
                return true;
            }
        }

        return false;
    }

    private bool TryTake(ComObject sample)
    {
        nint pointer;
        if (sample.Call(ConvertToContiguousBuffer, (nint)(&pointer)) < 0)
        {
            return false;
        }

        using var buffer = new ComObject(pointer);
        byte* data;
        uint length;
        if (buffer.Call(Lock, (nint)(&data), 0, (nint)(&length)) < 0)
        {
            return false;
        }

        // Of a frame that a packet has cut, the rest follows.
        int left = _end - _start;
        byte[] bytes = _bytes.Length >= left + length ? _bytes : new byte[left + length];
        _bytes.AsSpan(_start, left).CopyTo(bytes);
        new ReadOnlySpan<byte>(data, (int)length).CopyTo(bytes.AsSpan(left));
        (_bytes, _start, _end) = (bytes, 0, left + (int)length);
        _ = buffer.Call(Unlock);
        return length > 0;
    }
}
