using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace Linnet.Wire.WebSocket;

/// <summary>A whole message from a client.</summary>
/// <param name="Kind">Never <see cref="WebSocketOpcode.Continuation"/>.</param>
/// <param name="Payload">Its bytes, without the mask. Text is valid UTF-8.</param>
internal readonly record struct WebSocketMessage(WebSocketOpcode Kind, ReadOnlyMemory<byte> Payload);

/// <summary>Reads the messages of a client from what it has sent, and puts fragments together. Never throws.</summary>
/// <remarks>Source: RFC 6455 §5. Extensions are not offered, so the reserved bits must be 0.</remarks>
internal sealed class WebSocketReader
{
    /// <summary>The longest message: a client sends short questions only.</summary>
    public const int MaxMessage = 1024;

    // More pieces of so short a message are no accident, and each costs as much as the whole.
    private const int MaxFragments = 16;

    private const int MaskLength = 4;
    private const byte Masked = 0x80;
    private const byte Reserved = 0x70;
    private const byte ControlBit = 0x08;

    private byte[]? _begun;
    private WebSocketOpcode _begunKind;
    private int _fragments;

    /// <summary>Why nothing more is read; <see langword="null"/>: nothing is wrong.</summary>
    public WebSocketClose? Fault { get; private set; }

    /// <summary>Takes the next message off the front of what was received.</summary>
    /// <param name="buffer">What was received and not taken; what is left afterwards.</param>
    /// <param name="message">The message.</param>
    /// <returns><see langword="false"/>: more bytes are needed, or <see cref="Fault"/> says what is wrong.</returns>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out WebSocketMessage message)
    {
        message = default;
        while (Fault is null && TryReadFrame(ref buffer, out bool isFinal, out WebSocketOpcode opcode, out byte[] payload))
        {
            if (IsControl(opcode))
            {
                message = new WebSocketMessage(opcode, payload);
                Fault = opcode is WebSocketOpcode.Close ? FaultOfClose(payload) : null;
                return Fault is null;
            }

            (_begun, _begunKind) = _begun is null ? (payload, opcode) : ([.. _begun, .. payload], _begunKind);
            if (++_fragments > MaxFragments)
            {
                Fault = WebSocketClose.PolicyViolation;
                return false;
            }

            if (isFinal)
            {
                _fragments = 0;
                message = new WebSocketMessage(_begunKind, _begun);
                _begun = null;
                Fault = message.Kind is WebSocketOpcode.Text && !Utf8.IsValid(message.Payload.Span) ? WebSocketClose.InvalidData : null;
                return Fault is null;
            }
        }

        return false;
    }

    private bool TryReadFrame(
        ref ReadOnlySequence<byte> buffer, out bool isFinal, out WebSocketOpcode opcode, out byte[] payload)
    {
        //  0               1               2 …
        // |F|RSV|  opcode  |M|   length    | 16 or 64 bits of length | mask | payload
        payload = [];
        var reader = new SequenceReader<byte>(buffer);
        isFinal = false;
        opcode = default;
        if (!reader.TryRead(out byte first) || !reader.TryRead(out byte second))
        {
            return false;
        }

        isFinal = (first & WebSocketFrame.Final) != 0;
        opcode = (WebSocketOpcode)(first & 0x0F);
        int length = second & ~Masked;
        if ((first & Reserved) != 0 || (second & Masked) == 0 || !IsInOrder(opcode)
            || (IsControl(opcode) && (!isFinal || length > WebSocketFrame.MaxControlPayload)))
        {
            Fault = WebSocketClose.ProtocolError;
            return false;
        }

        if (length == WebSocketFrame.Length16)
        {
            if (!reader.TryReadBigEndian(out short low))
            {
                return false;
            }

            length = (ushort)low;
            if (length < WebSocketFrame.Length16)
            {
                Fault = WebSocketClose.ProtocolError;
                return false;
            }
        }
        else if (length == WebSocketFrame.Length64)
        {
            // Longer than any message that is taken.
            length = int.MaxValue;
        }

        if (!IsControl(opcode) && length > MaxMessage - (_begun?.Length ?? 0))
        {
            Fault = WebSocketClose.TooBig;
            return false;
        }

        if (reader.Remaining < MaskLength + length)
        {
            return false;
        }

        Span<byte> mask = stackalloc byte[MaskLength];
        reader.TryCopyTo(mask);
        reader.Advance(MaskLength);
        payload = new byte[length];
        reader.TryCopyTo(payload);
        reader.Advance(length);
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] ^= mask[i % MaskLength];
        }

        buffer = buffer.Slice(reader.Position);
        return true;
    }

    private static bool IsControl(WebSocketOpcode opcode) => ((byte)opcode & ControlBit) != 0;

    private bool IsInOrder(WebSocketOpcode opcode) => opcode switch
    {
        WebSocketOpcode.Continuation => _begun is not null,
        WebSocketOpcode.Text or WebSocketOpcode.Binary => _begun is null,
        WebSocketOpcode.Close or WebSocketOpcode.Ping or WebSocketOpcode.Pong => true,
        _ => false,
    };

    private static WebSocketClose? FaultOfClose(ReadOnlySpan<byte> payload) => payload.Length switch
    {
        0 => null,
        1 => WebSocketClose.ProtocolError,
        _ when BinaryPrimitives.ReadUInt16BigEndian(payload)
            is not ((>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999)) => WebSocketClose.ProtocolError,
        _ => Utf8.IsValid(payload[2..]) ? null : WebSocketClose.InvalidData,
    };
}
