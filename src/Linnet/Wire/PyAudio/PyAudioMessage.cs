using System.Buffers.Binary;

namespace Linnet.Wire.PyAudio;

/// <summary>The result of trying to read a message.</summary>
internal enum PyAudioReadResult
{
    /// <summary>The message is not complete yet.</summary>
    NeedMore,

    /// <summary>The message was read.</summary>
    Done,

    /// <summary>The bytes cannot be a message. Close the connection.</summary>
    Invalid,
}

/// <summary>One message of the PyAudio tutorial's TCP format: a length, and one <c>bytes</c> object as Python's pickle writes it.</summary>
/// <remarks>
/// <para>
/// A pickle is a program that can do anything. Linnet does not run it: it recognises exactly one shape of bytes and refuses all others.
/// Only reading creates a message, so it is well formed; it is a view that lives no longer than the buffer.
/// </para>
/// <para>Source: docs/wire/pyaudio.md; the opcodes are those of Python's <c>pickletools</c>.</para>
/// </remarks>
internal readonly ref struct PyAudioMessage
{
    /// <summary>The most bytes after the length field: 6 s of CD audio.</summary>
    public const int MaxPickleLength = 1 << 20;

    /// <summary>The longest message, in bytes.</summary>
    public const int MaxLength = LengthField + MaxPickleLength;

    /// <summary>The most bytes of audio that <see cref="WriteAround"/> puts into a message.</summary>
    public const int MaxSoundLength = MaxPickleLength - 2 - 5 - TailLength;

    /// <summary>Bytes after the audio.</summary>
    public const int TailLength = 2;

    private const int LengthField = 8;
    private const int FrameField = 8;
    private const int ShortestPickle = 5;
    private const int LongestShortSound = 255;

    // From this length on, Python writes a bytes object outside any frame.
    private const int ShortestUnframedSound = 1 << 16;

    private const byte Proto = 0x80;
    private const byte Frame = 0x95;
    private const byte ShortBinBytes = 0x43;
    private const byte BinBytes = 0x42;
    private const byte BinBytes8 = 0x8E;
    private const byte Memoize = 0x94;
    private const byte BinPut = 0x71;
    private const byte Stop = 0x2E;

    private PyAudioMessage(ReadOnlySpan<byte> sound, int start, int length)
    {
        Sound = sound;
        Start = start;
        Length = length;
    }

    /// <summary>
    /// The audio: raw interleaved PCM in a format that the wire does not state. Empty means the end of a file.
    /// </summary>
    public ReadOnlySpan<byte> Sound { get; }

    /// <summary>Bytes before the audio.</summary>
    public int Start { get; }

    /// <summary>Bytes in the whole message.</summary>
    public int Length { get; }

    /// <summary>Bytes that <see cref="WriteAround"/> writes before <paramref name="soundLength"/> bytes of audio.</summary>
    public static int HeadLength(int soundLength) => LengthField + 2 + soundLength switch
    {
        <= LongestShortSound => 1 + FrameField + 2,
        < ShortestUnframedSound => 1 + FrameField + 5,
        _ => 5,
    };

    /// <summary>Writes a message around audio that is already in place, byte for byte as Python's protocol 4 does.</summary>
    /// <param name="message">
    /// The message's buffer: <see cref="HeadLength"/> bytes, <paramref name="soundLength"/> bytes of audio, <see cref="TailLength"/>
    /// bytes.
    /// </param>
    /// <param name="soundLength">Bytes of audio.</param>
    /// <returns>Bytes in the whole message.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The audio is too long for a message, or <paramref name="message"/> is too
    /// short.</exception>
    public static int WriteAround(Span<byte> message, int soundLength)
    {
        int head = HeadLength(soundLength);
        int length = head + soundLength + TailLength;
        ArgumentOutOfRangeException.ThrowIfNegative(soundLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxLength, nameof(soundLength));
        ArgumentOutOfRangeException.ThrowIfLessThan(message.Length, length, nameof(message));

        //  0       8     10  11      19            head              length − 2
        // | L, u64 | 80 04 | 95 | F, u64 | 43 + u8 or 42 + u32 | sound | 94 | 2e |
        BinaryPrimitives.WriteUInt64LittleEndian(message, (ulong)(length - LengthField));
        message[8] = Proto;
        message[9] = 4;
        int at = 10;
        if (soundLength < ShortestUnframedSound)
        {
            message[at] = Frame;
            at += 1 + FrameField;
            BinaryPrimitives.WriteUInt64LittleEndian(message[11..], (ulong)(length - at));
        }

        if (soundLength <= LongestShortSound)
        {
            message[at] = ShortBinBytes;
            message[at + 1] = (byte)soundLength;
        }
        else
        {
            message[at] = BinBytes;
            BinaryPrimitives.WriteUInt32LittleEndian(message[(at + 1)..], (uint)soundLength);
        }

        message[length - 2] = Memoize;
        message[length - 1] = Stop;
        return length;
    }

    /// <summary>
    /// Reads the message at the front of untrusted bytes from the network. Never throws, and refuses as early as possible.
    /// </summary>
    /// <param name="buffer">The bytes received and not yet consumed.</param>
    /// <param name="message">The message. Consume its <see cref="Length"/> bytes.</param>
    public static PyAudioReadResult Read(ReadOnlySpan<byte> buffer, out PyAudioMessage message)
    {
        message = default;
        if (buffer.Length < LengthField)
        {
            return PyAudioReadResult.NeedMore;
        }

        ulong told = BinaryPrimitives.ReadUInt64LittleEndian(buffer);
        if (told is < ShortestPickle or > MaxPickleLength)
        {
            return PyAudioReadResult.Invalid;
        }

        int length = (int)told;
        ReadOnlySpan<byte> pickle = buffer[LengthField..];
        PyAudioReadResult result = ReadHead(pickle[..Math.Min(length, pickle.Length)], length, out int start, out int soundLength);
        if (result is not PyAudioReadResult.Done || pickle.Length < length)
        {
            return result is PyAudioReadResult.Invalid ? result : PyAudioReadResult.NeedMore;
        }

        if (!IsTail(pickle[(start + soundLength)..length]))
        {
            return PyAudioReadResult.Invalid;
        }

        message = new PyAudioMessage(pickle.Slice(start, soundLength), LengthField + start, LengthField + length);
        return PyAudioReadResult.Done;
    }

    /// <summary>Reads the bytes before the audio.</summary>
    /// <param name="pickle">The part of the pickle that has arrived, and nothing after it.</param>
    /// <param name="length">The pickle's full length, in bytes.</param>
    /// <param name="start">The audio's offset in the pickle.</param>
    /// <param name="soundLength">Bytes of audio; audio and tail fill the pickle exactly.</param>
    private static PyAudioReadResult ReadHead(ReadOnlySpan<byte> pickle, int length, out int start, out int soundLength)
    {
        (start, soundLength) = (0, 0);
        if ((pickle.Length > 0 && pickle[0] != Proto) || (pickle.Length > 1 && pickle[1] is < 3 or > 5))
        {
            return PyAudioReadResult.Invalid;
        }

        int at = 2;
        if (pickle.Length > at && pickle[at] == Frame)
        {
            at += 1 + FrameField;
            if (pickle.Length >= at && BinaryPrimitives.ReadUInt64LittleEndian(pickle[(at - FrameField)..]) != (ulong)(length - at))
            {
                return PyAudioReadResult.Invalid;
            }
        }

        if (pickle.Length <= at)
        {
            return MoreOf(at + 1, length);
        }

        start = at + pickle[at] switch { ShortBinBytes => 2, BinBytes => 5, BinBytes8 => 9, _ => int.MaxValue / 2 };
        if (pickle.Length < start)
        {
            return MoreOf(start, length);
        }

        ReadOnlySpan<byte> field = pickle[(at + 1)..start];
        ulong told = field.Length switch
        {
            1 => field[0],
            4 => BinaryPrimitives.ReadUInt32LittleEndian(field),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(field),
        };
        if (told > (ulong)(length - start) || length - start - (int)told is < 1 or > 3)
        {
            return PyAudioReadResult.Invalid;
        }

        soundLength = (int)told;
        return PyAudioReadResult.Done;
    }

    /// <summary>Asks for more bytes, unless a pickle of this length can never hold them.</summary>
    private static PyAudioReadResult MoreOf(int needed, int length) =>
        needed < length ? PyAudioReadResult.NeedMore : PyAudioReadResult.Invalid;

    private static bool IsTail(ReadOnlySpan<byte> tail) => tail is [Stop] or [Memoize, Stop] or [BinPut, _, Stop];
}
