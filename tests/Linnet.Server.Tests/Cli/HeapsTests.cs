using System.Globalization;

namespace Linnet.Server.Tests.Cli;

public class HeapsTests
{
    /// <summary>glibc reserves this much for each heap but the first, at a multiple of it.</summary>
    private const long HeapReserve = 64 << 20;

    /// <summary>The runtime has some threads, each with a heap, before the program can set a limit.</summary>
    private const int MostBeforeTheLimit = 6;

    [Fact]
    public async Task The_program_has_few_heaps_however_many_threads_allocate()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        int port = LinnetProcess.FreePort();
        string[] tones = ["a=tone:440", "b=tone:440", "c=tone:440", "d=tone:440"];
        await using LinnetProcess server = LinnetProcess.Start("exec \"$0\" \"$@\"", LinnetProcess.Serve(port, tones));
        Assert.True(await LinnetProcess.HearAsync(port, "/a.mp3", 8_000) >= 8_000);

        int heaps = HeapsOf(server.Id);

        Assert.True(heaps <= MostBeforeTheLimit + Math.Max(2, Environment.ProcessorCount), $"{heaps} heaps");
    }

    private static int HeapsOf(int process)
    {
        (long Begin, long End, string Rights)[] parts = [.. File.ReadLines($"/proc/{process}/maps").Select(Part)];
        return parts.Zip(parts.Skip(1)).Count(static pair =>
            pair.First.Begin % HeapReserve == 0 && pair.First.End == pair.Second.Begin
            && pair.Second.End - pair.First.Begin == HeapReserve && pair.First.Rights == "rw-p" && pair.Second.Rights == "---p");
    }

    private static (long Begin, long End, string Rights) Part(string line)
    {
        string[] words = line.Split(' ', 3);
        long[] bounds =
            [.. words[0].Split('-').Select(static a => (long)ulong.Parse(a, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        return (bounds[0], bounds[1], words[1]);
    }
}
