using Linnet.Audio;
using Linnet.Sources;
using Linnet.Sources.Files;
using Linnet.Wire.Playlists;

namespace Linnet.Tests.Sources.Files;

public class FileArtTests
{
    // A JPEG, because it is full of the bytes that ID3 stuffs.
    private static readonly byte[] Picture = Pictures.Jpeg();

    public static TheoryData<string, byte[]> Kinds { get; } = new()
    {
        { "ID3v2.2", ArtFiles.Mp3(2, (ArtFiles.Front, Picture)) },
        { "ID3v2.3", ArtFiles.Mp3(3, (ArtFiles.Front, Picture)) },
        { "ID3v2.4", ArtFiles.Mp3(4, (ArtFiles.Front, Picture)) },
        { "ID3v2.3, unsynchronised", ArtFiles.Unsynchronised(3, Picture) },
        { "ID3v2.4, unsynchronised", ArtFiles.Unsynchronised(4, Picture) },
        { "FLAC", ArtFiles.Flac((ArtFiles.Front, Picture)) },
        { "FLAC after an ID3 tag", [.. ArtFiles.Id3(3), .. ArtFiles.Flac((ArtFiles.Front, Picture))] },
        { "Opus", ArtFiles.Ogg(isOpus: true, (ArtFiles.Front, Picture)) },
        { "Vorbis", ArtFiles.Ogg(isOpus: false, (ArtFiles.Front, Picture)) },
        { "FLAC in Ogg", ArtFiles.OggFlac(Picture) },
        { "MP4", ArtFiles.Mp4(Picture, Pictures.Gif()) },
        { "WAV", ArtFiles.Wav(Picture) },
        { "the front cover after another picture", ArtFiles.Mp3(3, (ArtFiles.Back, Pictures.Gif()), (ArtFiles.Front, Picture)) },
        { "the first front cover", ArtFiles.Flac((ArtFiles.Front, Picture), (ArtFiles.Front, Pictures.Gif())) },
        { "the first picture, without a front cover", ArtFiles.Flac((0, Picture), (ArtFiles.Back, Pictures.Gif())) },
        {
            "a small picture after one that is too large",
            ArtFiles.Ogg(isOpus: true, (ArtFiles.Front, "<svg/>"u8.ToArray()), (ArtFiles.Back, Picture))
        },
        { "a small block after one that is too large", ArtFiles.Flac((ArtFiles.Front, new byte[2_000_000]), (0, Picture)) },
    };

    public static TheoryData<string, byte[]> None { get; } = new()
    {
        { "an empty file", [] },
        { "an ID3 tag without a picture", ArtFiles.Mp3(3) },
        { "a FLAC without a picture", ArtFiles.Flac() },
        { "an MP4 without a picture", ArtFiles.Mp4() },
        { "an Ogg with a picture that is too large", ArtFiles.Ogg(isOpus: true, (3, Pictures.Png(length: CoverArt.MaxLength + 1))) },
        { "an MP4 with a picture that is too large", ArtFiles.Mp4(Pictures.Png(length: CoverArt.MaxLength + 1)) },
        { "a script", ArtFiles.Mp3(3, (3, "<svg onload=alert(1)>"u8.ToArray())) },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_cover_is_found_in_the_tags(string kind, byte[] file)
    {
        CoverArt? art = Read(file);

        Assert.True(art is not null, kind);
        Assert.Equal(Picture, art.Content.ToArray());
    }

    [Theory]
    [MemberData(nameof(None))]
    public void A_file_without_a_picture_that_can_be_shown_has_none(string kind, byte[] file) => Assert.True(Read(file) is null, kind);

    [Fact]
    public void Damaged_tags_never_throw_anything_but_that_the_file_ends()
    {
        var random = new Random(11);
        foreach (byte[] file in Kinds.Select(static row => row.Data.Item2).Where(static f => f.Length < 5000))
        {
            for (int i = 0; i < 300; i++)
            {
                byte[] damaged = [.. file];
                for (int flips = random.Next(1, 6); flips > 0; flips--)
                {
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                }

                using var stream = new MemoryStream(damaged, 0, random.Next(damaged.Length + 1));
                Exception? thrown = Record.Exception(() => FileArt.Read(stream));
                Assert.True(thrown is null or EndOfStreamException, thrown?.ToString());
            }
        }
    }

    [Fact]
    public void A_file_is_played_with_its_cover_and_its_title()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "song.flac");
        byte[] sound = SoundFiles.Flac(new AudioFormat(8000, 1), SoundFiles.Noise(800, 1), "So What");
        File.WriteAllBytes(path, [.. ArtFiles.Id3(4, (ArtFiles.Front, Picture)), .. sound]);

        Assert.Equal("So What", FirstTrack(FileSource.Open(path)).Title);
        Assert.Equal(Picture, FirstTrack(FileSource.Open(path)).Art!.Content.ToArray());
        TrackInfo listed = FirstTrack(new PartSource(FileSource.Open(path), new SoundPart(0, 3), new TrackInfo("A part"), path));
        Assert.Equal("A part", listed.Title);
        Assert.Equal(Picture, listed.Art!.Content.ToArray());
    }

    private static CoverArt? Read(byte[] file)
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "file");
        File.WriteAllBytes(path, file);
        return FileTags.Read(path).Art;
    }

    private static TrackInfo FirstTrack(IAudioSource source)
    {
        using (source)
        {
            return source.Read(new float[100], TestContext.Current.CancellationToken).Track!;
        }
    }
}
