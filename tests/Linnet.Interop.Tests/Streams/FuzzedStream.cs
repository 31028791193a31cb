using System.Buffers.Binary;
using Linnet.Codecs.Streams;
using Linnet.Interop.Tests.Sources;
using Linnet.Wire.Flac;

namespace Linnet.Interop.Tests.Streams;

/// <summary>A short stream of one format and its damaged variants: a number always stands for the same one.</summary>
internal sealed class FuzzedStream
{
    private static readonly float[] WildSamples =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, 1e30f, -1e6f, 65536, 4096, 17,
            float.Epsilon, -0f];

    /// <summary>FLAC for our own decoder, even where libFLAC is installed.</summary>
    private const string OwnFlac = "flac-own";

    private readonly byte[] _whole;
    private readonly List<(int Start, int Length, int HeaderLength)> _flacFrames = [];

    internal FuzzedStream(string name)
    {
        Name = name;
        _whole = Read(name is OwnFlac ? "flac" : name);
        ContentType = name switch
        {
            "mp3" => "audio/mpeg",
            "aac" => "audio/aac",
            "flac" => "audio/flac",
            _ when name.StartsWith("aiff", StringComparison.Ordinal) => "audio/aiff",
            OwnFlac => "audio/flac",
            _ => name.StartsWith("wav", StringComparison.Ordinal) ? "audio/wav" : "audio/ogg",
        };
        if (name is "flac" or OwnFlac or "ogg-flac")
        {
            FindFlacFrames();
        }
    }

    internal string Name { get; }

    internal string ContentType { get; }

    internal ReadOnlySpan<byte> Whole => _whole;

    /// <summary>Creates the decoder under test.</summary>
    internal IStreamDecoder CreateDecoder()
    {
        if (Name is OwnFlac)
        {
            return new FlacStreamDecoder(isFile: false, usesLibrary: false);
        }

        Assert.True(StreamDecoders.TryCreate(ContentType, out IStreamDecoder? decoder, out _));
        return decoder;
    }

    /// <summary>The damaged variant with this number.</summary>
    internal byte[] Damaged(int seed)
    {
        var random = new Random(seed);
        byte[] stream = [.. _whole];
        int reach = random.Next(2) == 0 ? Math.Min(stream.Length, 200 << random.Next(6)) : stream.Length;
        for (int flips = random.Next(1, 1 << random.Next(1, 7)); flips > 0; flips--)
        {
            int at = random.Next(reach);
            stream[at] = random.Next(3) switch
            {
                0 => (byte)(stream[at] ^ (1 << random.Next(8))),
                1 => (byte)random.Next(256),
                _ => random.Next(2) == 0 ? (byte)0 : (byte)255,
            };
        }

        BeWild(stream, random);
        if (random.Next(6) != 0)
        {
            SealFlac(stream);
        }

        if (random.Next(5) == 0)
        {
            stream = Rearranged(stream, random);
        }

        if (random.Next(6) != 0)
        {
            OggPages.Seal(stream);
        }

        return stream;
    }

    private static byte[] Read(string name) =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Streams", "Vectors", name + ".bin"));

    /// <summary>Writes values that are unlikely by chance.</summary>
    private void BeWild(byte[] stream, Random random)
    {
        int head = stream.AsSpan().IndexOf("OpusHead"u8);
        if (head >= 0 && random.Next(3) == 0)
        {
            BinaryPrimitives.WriteInt16LittleEndian(stream.AsSpan(head + 16), (short)random.Next(short.MinValue, short.MaxValue));
        }

        int data = stream.AsSpan().IndexOf("data"u8) + 8;
        for (int samples = Name == "wav-f32le" ? random.Next(1, 2000) : 0; samples > 0; samples--)
        {
            int at = data + (4 * random.Next((stream.Length - data) / 4));
            BinaryPrimitives.WriteSingleLittleEndian(stream.AsSpan(at), WildSamples[random.Next(WildSamples.Length)]);
        }
    }

    /// <summary>Removes, repeats or moves a piece, or cuts off the rest.</summary>
    private static byte[] Rearranged(byte[] stream, Random random)
    {
        int start = random.Next(stream.Length);
        int end = random.Next(start, Math.Min(stream.Length, start + 4000) + 1);
        int to = random.Next(stream.Length);
        return random.Next(4) switch
        {
            0 => [.. stream[..start], .. stream[end..]],
            1 => [.. stream[..end], .. stream[start..]],
            2 => [.. stream[..to], .. stream[start..end], .. stream[to..]],
            _ => stream[..start],
        };
    }

    private void FindFlacFrames()
    {
        var reader = new FlacReader();
        ReadOnlySpan<byte> native = Read("flac");
        int from = 0;
        while (reader.TryRead(ref native, out FlacItem item) || reader.TryReadLast(out item))
        {
            if (item.Kind is FlacItemKind.Frame)
            {
                // Both streams hold the same frames.
                int at = _whole.AsSpan(from).IndexOf(item.Data);
                Assert.True(at >= 0);
                int header = 5;
                while (FlacSums.Header(item.Data[..header]) != item.Data[header])
                {
                    header++;
                }

                _flacFrames.Add((from + at, item.Data.Length, header));
                from += at + item.Data.Length;
            }
        }

        Assert.NotEmpty(_flacFrames);
    }

    private void SealFlac(Span<byte> stream)
    {
        foreach ((int start, int length, int headerLength) in _flacFrames)
        {
            Span<byte> frame = stream.Slice(start, length);
            frame[headerLength] = FlacSums.Header(frame[..headerLength]);
            BinaryPrimitives.WriteUInt16BigEndian(frame[^2..], FlacSums.Append(0, frame[..^2]));
        }
    }
}
