using Linnet.Sources.Files;

namespace Linnet.Tests.Sources.Files;

public class WindowsDeviceNameTests
{
    [Theory]
    [InlineData("CON")]
    [InlineData("nul")]
    [InlineData(@"C:\Music\NUL.wav")]
    [InlineData("C:/Music/aux ")]
    [InlineData("com1:")]
    [InlineData("LPT9.mp3")]
    [InlineData("COM²")]
    [InlineData(@"\\.\pipe\music")]
    [InlineData("//./pipe/music")]
    [InlineData(@"\\?\PIPE\music")]
    [InlineData(@"\\host\pipe\music")]
    [InlineData("//127.0.0.1/Pipe/music.wav")]
    [InlineData(@"\\?\UNC\host\pipe\music")]
    [InlineData("C:NUL")]
    [InlineData("c:com1.wav")]
    public void Devices_and_named_pipes_are_recognized(string path) => Assert.True(WindowsDeviceName.Is(path));

    [Theory]
    [InlineData("")]
    [InlineData("CON1.wav")]
    [InlineData("console.wav")]
    [InlineData("COM0.wav")]
    [InlineData("COM12.wav")]
    [InlineData(@"C:\nul\song.wav")]
    [InlineData(@"\\?\C:\song.wav")]
    [InlineData(@"\\host\share\song.wav")]
    [InlineData(@"\\host\music\pipe\song.wav")]
    [InlineData(@"\\?\UNC\host\share\pipe\song.wav")]
    [InlineData(@"\\host\pipe")]
    [InlineData("C:song.wav")]
    [InlineData("song.nul")]
    public void Files_are_not(string path) => Assert.False(WindowsDeviceName.Is(path));
}
