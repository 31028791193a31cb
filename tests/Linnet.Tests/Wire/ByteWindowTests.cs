using Linnet.Wire;

namespace Linnet.Tests.Wire;

public class ByteWindowTests
{
    [Fact]
    public void It_holds_what_was_added_and_not_consumed_in_order()
    {
        var window = new ByteWindow(4);
        ReadOnlySpan<byte> bytes = [1, 2, 3, 4, 5, 6];

        Assert.Equal(4, window.Fill(ref bytes));
        window.Consume(3);
        Assert.Equal(2, window.Fill(ref bytes));

        Assert.True(bytes.IsEmpty);
        Assert.Equal(3, window.Count);
        Assert.Equal<byte>([4, 5, 6], window.Bytes.ToArray());
        Assert.Equal<byte>([4, 5, 6], window.Memory.ToArray());
    }

    [Fact]
    public void A_full_window_takes_no_more()
    {
        var window = new ByteWindow(2);
        ReadOnlySpan<byte> bytes = [1, 2, 3];

        Assert.Equal(2, window.Fill(ref bytes));
        Assert.Equal(0, window.Fill(ref bytes));

        Assert.Equal<byte>([3], bytes.ToArray());
        Assert.Equal<byte>([1, 2], window.Bytes.ToArray());
    }

    [Fact]
    public void A_full_window_grows_by_doubling_up_to_its_limit()
    {
        var window = new ByteWindow(2, maxCapacity: 5);
        ReadOnlySpan<byte> bytes = [1, 2, 3, 4, 5, 6];

        Assert.Equal([2, 2, 1, 0], [window.Fill(ref bytes), window.Fill(ref bytes), window.Fill(ref bytes), window.Fill(ref bytes)]);
        Assert.Equal<byte>([1, 2, 3, 4, 5], window.Bytes.ToArray());
    }

    [Fact]
    public void Bytes_may_be_written_to_its_room()
    {
        var window = new ByteWindow(4);
        ReadOnlySpan<byte> bytes = [1, 2, 3];
        window.Fill(ref bytes);
        window.Consume(2);

        Memory<byte> room = window.MakeRoom();
        room.Span[0] = 9;
        window.Add(1);

        Assert.Equal(3, room.Length);
        Assert.Equal<byte>([3, 9], window.Bytes.ToArray());
    }
}
