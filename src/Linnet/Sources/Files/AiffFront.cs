using Linnet.Wire.Chunks;

namespace Linnet.Sources.Files;

/// <summary>Finds what an AIFF file says about its samples only after them, so that it can be read first.</summary>
internal static class AiffFront
{
    private const int FormLength = 12;
    private const int ChunkHead = 8;

    /// <summary>Moves to where the file is to be read from.</summary>
    /// <param name="file">The file at its beginning; untrusted.</param>
    /// <returns>Bytes to read before the rest of the file; empty if the file is in the usual order.</returns>
    internal static byte[] Take(Stream file)
    {
        List<byte> front = [];
        byte[] head = new byte[FormLength];
        file.Position = 0;
        if (Fill(file, head) && ChunkFamily.Aiff.IsForm(head))
        {
            front.AddRange(head);
            Collect(file, front);
        }

        bool isOutOfOrder = front.Count > FormLength;
        file.Position = isOutOfOrder ? FormLength : 0;
        return isOutOfOrder ? [.. front] : [];
    }

    private static void Collect(Stream file, List<byte> front)
    {
        byte[] head = new byte[ChunkHead];
        bool isAfterSamples = false;
        long at = FormLength;
        for (int chunks = 0; chunks < ChunkSkimmer.MaxChunks; chunks++)
        {
            file.Position = at;
            if (!Fill(file, head))
            {
                return;
            }

            uint length = ChunkFamily.Aiff.ReadLength(head.AsSpan(4));
            at += ChunkHead + (long)length + (length & 1);
            if (ChunkFamily.Aiff.IsSamples(head))
            {
                isAfterSamples = true;
            }
            else if (!isAfterSamples && head.AsSpan().StartsWith("COMM"u8))
            {
                return;
            }
            else if (isAfterSamples && ChunkFamily.Aiff.IsOfUse(head) && length <= ChunkSkimmer.MaxChunk
                && front.Count + length < ChunkSkimmer.MaxKept / 2)
            {
                byte[] body = new byte[length];
                if (!Fill(file, body))
                {
                    return;
                }

                front.AddRange([.. head, .. body]);
                if ((length & 1) != 0)
                {
                    front.Add(0);
                }
            }
        }
    }

    private static bool Fill(Stream file, Span<byte> buffer) =>
        file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) == buffer.Length;
}
