using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Linnet.Broadcast.Streams;

namespace Linnet.Transports.Http.Radio;

/// <summary>
/// Sends a listener's audio in chunks (RFC 9112 §7.1), so that the last chunk tells the listener that its station has ended. Only for
/// clients that ask for it (<see cref="Wire.Http.LinnetEnd"/>): many players expect a body without chunks.
/// </summary>
/// <remarks>A chunk is as long as the bytes that there are to send. One thread at a time may use it.</remarks>
/// <param name="head">The response's head, which goes before the body.</param>
internal sealed class ChunkedBody(byte[] head)
{
    private static readonly byte[] LineBreak = "\r\n"u8.ToArray();
    private static readonly byte[] Last = "0\r\n\r\n"u8.ToArray();

    [ThreadStatic]
    private static List<StreamPiece>? _part;

    // What goes before the next byte of audio: the head, or the line that begins a chunk.
    private ReadOnlyMemory<byte> _before = head;
    private int _left;
    private bool _hasChunks;

    /// <summary>Sends audio, without waiting.</summary>
    /// <param name="output">Sends to the client.</param>
    /// <param name="lead">The first bytes; may be empty.</param>
    /// <param name="pieces">The bytes that follow; at least one piece.</param>
    /// <returns>Bytes of the audio accepted; 0: no room now; -1: the connection is broken.</returns>
    internal int Send(ConnectionOutput output, ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces)
    {
        int offered = lead.Length;
        foreach (StreamPiece piece in pieces)
        {
            offered += piece.Length;
        }

        int sent = 0;
        while (sent < offered)
        {
            if (_left == 0)
            {
                Begin(offered - sent);
            }

            int taken = SendPart(output, lead, pieces, sent, Math.Min(_left, offered - sent));
            if (taken <= 0)
            {
                return taken < 0 ? taken : sent;
            }

            int before = Math.Min(taken, _before.Length);
            _before = _before[before..];
            sent += taken - before;
            _left -= taken - before;
        }

        return sent;
    }

    /// <summary>Gets the bytes that end the body.</summary>
    /// <returns>
    /// <see langword="false"/>: the listener was moved within a chunk, and the rest of that chunk will never come. The body cannot end in
    /// order.
    /// </returns>
    internal bool TryEnd(out ReadOnlyMemory<byte> last)
    {
        last = (byte[])[.. _before.Span, .. _hasChunks ? LineBreak : [], .. Last];
        return _left == 0;
    }

    private void Begin(int length)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{(_hasChunks ? "\r\n" : "")}{length:X}\r\n");
        _before = (byte[])[.. _before.Span, .. Encoding.ASCII.GetBytes(line)];
        _left = length;
        _hasChunks = true;
    }

    /// <summary>Sends once: what goes before, and as much of the audio as the same call can send.</summary>
    private int SendPart(ConnectionOutput output, ReadOnlySpan<byte> lead, ReadOnlySpan<StreamPiece> pieces, int from, int length)
    {
        ReadOnlySpan<byte> rest = lead[Math.Min(from, lead.Length)..];
        rest = rest[..Math.Min(length, rest.Length)];
        if (!rest.IsEmpty && !_before.IsEmpty)
        {
            return output.Send(_before.Span);
        }

        List<StreamPiece> part = _part ??= [];
        part.Clear();
        int skipped = from + rest.Length - lead.Length;
        int wanted = length - rest.Length;
        foreach (StreamPiece piece in pieces)
        {
            int skip = Math.Min(skipped, piece.Length);
            int count = Math.Min(wanted, piece.Length - skip);
            skipped -= skip;
            wanted -= count;
            if (count > 0)
            {
                part.Add(new StreamPiece(piece.Array, piece.Offset + skip, count));
            }
        }

        ReadOnlySpan<byte> first = _before.IsEmpty ? rest : _before.Span;
        int taken = part.Count == 0 ? output.Send(first) : output.Send(first, CollectionsMarshal.AsSpan(part));
        part.Clear();
        return taken;
    }
}
