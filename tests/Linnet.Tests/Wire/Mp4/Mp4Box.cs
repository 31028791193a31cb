using System.Buffers.Binary;
using System.Text;

namespace Linnet.Tests.Wire.Mp4;

/// <summary>A box of an MP4, read without code of the project.</summary>
/// <param name="Type">Four characters.</param>
/// <param name="Start">Offset of its header in what was read.</param>
/// <param name="Content">What follows the header.</param>
/// <param name="Inside">The boxes in it.</param>
internal sealed record Mp4Box(string Type, int Start, byte[] Content, IReadOnlyList<Mp4Box> Inside)
{
    private const int HeaderLength = 8;

    /// <summary>Bytes before the boxes in a box; −1: it holds none.</summary>
    private static int BoxesAt(string type) => type switch
    {
        "moov" or "trak" or "mdia" or "minf" or "dinf" or "stbl" or "mvex" or "moof" or "traf" => 0,
        "dref" or "stsd" => 8,
        "Opus" or "fLaC" or "mp4a" => 28,
        _ => -1,
    };

    /// <summary>The box at a path such as <c>trak/mdia</c>.</summary>
    public Mp4Box this[string path] => path.Split('/').Aggregate(this, static (box, type) => box.Inside.Single(b => b.Type == type));

    /// <summary>The types of this box and those in it, each with its depth in front.</summary>
    public IEnumerable<string> Outline(int depth = 0) =>
        [new string(' ', depth) + Type.TrimEnd(), .. Inside.SelectMany(box => box.Outline(depth + 1))];

    /// <summary>Reads boxes, which must fill the bytes exactly.</summary>
    public static IReadOnlyList<Mp4Box> Read(ReadOnlySpan<byte> bytes, int start = 0)
    {
        var boxes = new List<Mp4Box>();
        while (!bytes.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes);
            Assert.InRange(length, HeaderLength, bytes.Length);
            string type = Encoding.ASCII.GetString(bytes[4..HeaderLength]);
            byte[] content = bytes[HeaderLength..length].ToArray();
            int inside = BoxesAt(type);
            boxes.Add(new Mp4Box(
                type, start, content, inside < 0 ? [] : Read(content.AsSpan(inside), start + HeaderLength + inside)));
            bytes = bytes[length..];
            start += length;
        }

        return boxes;
    }

    /// <summary>The four bytes at an offset in the content.</summary>
    public uint UInt32(int at) => BinaryPrimitives.ReadUInt32BigEndian(Content.AsSpan(at));

    /// <summary>The eight bytes at an offset in the content.</summary>
    public ulong UInt64(int at) => BinaryPrimitives.ReadUInt64BigEndian(Content.AsSpan(at));
}
