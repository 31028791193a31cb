using System.Globalization;
using Linnet.Wire.PyAudio;

namespace Linnet.Interop.Tests.PyAudio;

/// <summary>Python's pickles can be read, and our pickles are what Python would write.</summary>
public class PickleTests
{
    private static readonly int[] Lengths = [0, 1, 255, 256, 4064, 4096, 40_960, 65_535, 65_536, 300_000];

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Pickles_by_Python_are_read_and_ours_match_protocol_4(int protocol)
    {
        string[] arguments = [.. Lengths.Prepend(protocol).Select(n => n.ToString(CultureInfo.InvariantCulture))];
        await using Tool python = PythonPeer.Start("pickles.py", arguments);
        Assert.Equal(0, await python.ExitAsync(TimeSpan.FromSeconds(30)));
        byte[][] messages =
            [.. python.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Convert.FromHexString(line.Trim()))];

        Assert.Equal(Lengths.Length, messages.Length);
        foreach ((int length, byte[] message) in Lengths.Zip(messages))
        {
            byte[] sound = [.. Enumerable.Range(0, length).Select(i => (byte)(7 * i))];
            Assert.Equal(PyAudioReadResult.Done, PyAudioMessage.Read(message, out PyAudioMessage read));
            Assert.Equal(message.Length, read.Length);
            Assert.True(read.Sound.SequenceEqual(sound));

            byte[] written = new byte[PyAudioMessage.HeadLength(length) + length + PyAudioMessage.TailLength];
            sound.CopyTo(written, PyAudioMessage.HeadLength(length));
            PyAudioMessage.WriteAround(written, length);
            Assert.Equal(protocol == 4, written.AsSpan().SequenceEqual(message));
        }
    }
}
