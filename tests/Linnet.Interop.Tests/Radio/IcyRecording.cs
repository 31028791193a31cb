using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Linnet.Interop.Tests.Radio;

/// <summary>What a listener that requests titles receives, parsed without Linnet's own code.</summary>
/// <param name="Head">The head of the response.</param>
/// <param name="Sound">The body without the titles.</param>
/// <param name="Titles">The titles, each with the number of bytes of audio before it.</param>
internal sealed partial record IcyRecording(string Head, byte[] Sound, IReadOnlyList<IcyTitle> Titles)
{
    public static async Task<IcyRecording> MakeAsync(int port, string path, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(duration);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nHost: localhost\r\nIcy-MetaData: 1\r\n\r\n"), cancellationToken);
        using var received = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        try
        {
            while (await socket.ReceiveAsync(buffer, ending.Token) is > 0 and int count)
            {
                received.Write(buffer, 0, count);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The recording is long enough.
        }

        return TakeApart(received.ToArray());
    }

    private static IcyRecording TakeApart(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf("\r\n\r\n"u8);
        Assert.True(end > 0, $"{bytes.Length} bytes without a head");
        string head = Encoding.Latin1.GetString(bytes[..end]);
        bytes = bytes[(end + 4)..];
        Match interval = IntervalPattern().Match(head);
        if (!interval.Success)
        {
            return new IcyRecording(head, bytes.ToArray(), []);
        }

        List<byte> sound = [];
        List<IcyTitle> titles = [];
        int every = int.Parse(interval.Groups[1].ValueSpan, null);
        while (bytes.Length > every && bytes.Length > every + (16 * bytes[every]))
        {
            sound.AddRange(bytes[..every]);
            int length = 16 * bytes[every];
            string text = Encoding.UTF8.GetString(bytes.Slice(every + 1, length));
            Match title = TitlePattern().Match(text);
            if (length > 0)
            {
                Assert.True(title.Success, $"'{text}' is not a title");
                titles.Add(new IcyTitle(sound.Count, title.Groups[1].Value));
            }

            bytes = bytes[(every + 1 + length)..];
        }

        return new IcyRecording(head, [.. sound], titles);
    }

    [GeneratedRegex(@"icy-metaint: *(\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex IntervalPattern();

    [GeneratedRegex("StreamTitle='(.*?)';")]
    private static partial Regex TitlePattern();
}

/// <summary>A title inside the audio.</summary>
/// <param name="Offset">Bytes of audio before it.</param>
/// <param name="Text">The title's text.</param>
internal readonly record struct IcyTitle(long Offset, string Text);
