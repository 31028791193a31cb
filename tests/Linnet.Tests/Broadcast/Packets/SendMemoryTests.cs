using Linnet.Broadcast.Packets;

namespace Linnet.Tests.Broadcast.Packets;

public class SendMemoryTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void A_listener_counts_with_its_whole_buffer_until_its_use_is_known()
    {
        var memory = new SendMemory(16 * MiB);

        using SendMemory.Use use = memory.TryOpen(1, MiB)!;
        Assert.Equal(MiB, memory.Held);
        use.Set(1000);
        Assert.Equal(1000, memory.Held);
        use.Set(long.MaxValue);
        Assert.Equal(MiB, memory.Held);
        use.Dispose();
        use.Set(1000);
        Assert.Equal(0, memory.Held);
    }

    [Fact]
    public void One_address_may_hold_a_quarter_and_the_others_the_rest()
    {
        var memory = new SendMemory(16 * MiB);
        SendMemory.Use?[] greedy = [.. Enumerable.Range(0, 500).Select(_ => memory.TryOpen(1, MiB))];
        SendMemory.Use?[] others = [.. Enumerable.Range(2, 500).Select(i => memory.TryOpen((UInt128)i, MiB))];

        Assert.Equal((4, 12), (greedy.Count(static u => u is not null), others.Count(static u => u is not null)));
        Assert.Equal(16 * MiB, memory.Held);
    }

    [Fact]
    public void When_memory_is_full_for_high_bit_rates_low_ones_are_still_admitted()
    {
        var memory = new SendMemory(16 * MiB);
        for (int i = 0; i < 16; i++)
        {
            Assert.NotNull(memory.TryOpen((UInt128)i, MiB));
        }

        Assert.Null(memory.TryOpen(99, MiB));
        Assert.Equal(80, Enumerable.Range(100, 500).Count(i => memory.TryOpen((UInt128)i, 50 * 1024) is not null), 3.0);
    }

    [Fact]
    public void Thousands_of_listeners_that_keep_up_have_room()
    {
        var memory = new SendMemory(16 * MiB);
        for (int i = 0; i < 5000; i++)
        {
            SendMemory.Use? use = memory.TryOpen((UInt128)(i % 100), MiB);
            Assert.NotNull(use);
            use.Set(0);
        }
    }

    [Fact]
    public void The_share_tells_which_listeners_must_be_dropped()
    {
        var memory = new SendMemory(16 * MiB);
        SendMemory.Use[] uses = [.. Enumerable.Range(0, 30).Select(i =>
        {
            SendMemory.Use use = memory.TryOpen((UInt128)i, MiB)!;
            use.Set(0);
            return use;
        })];
        Array.ForEach(uses[..16], static u => u.Set(MiB));
        Assert.False(uses[29].IsOver);

        uses[16].Set(MiB);
        Assert.Equal((true, false), (uses[29].IsOver, uses[29].IsFarOver));

        Array.ForEach(uses[17..22], static u => u.Set(MiB));
        Assert.True(uses[29].IsFarOver);
    }
}
