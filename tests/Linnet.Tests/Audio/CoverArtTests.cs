using System.Text;
using Linnet.Audio;

namespace Linnet.Tests.Audio;

public class CoverArtTests
{
    public static TheoryData<string, byte[]> Known { get; } = new()
    {
        { "image/png", Pictures.Png() },
        { "image/jpeg", Pictures.Jpeg() },
        { "image/gif", Pictures.Gif() },
        { "image/webp", Pictures.WebP("VP8 ") },
        { "image/webp", Pictures.WebP("VP8L") },
        { "image/webp", Pictures.WebP("VP8X") },
        { "image/png", Pictures.Png(CoverArt.MaxSide, CoverArt.MaxSide, CoverArt.MaxLength) },
        { "image/png", Pictures.Shown },
    };

    public static TheoryData<string, byte[]> Refused { get; } = new()
    {
        { "nothing", [] },
        { "SVG may hold scripts", Encoding.UTF8.GetBytes("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>") },
        { "HTML", "<!DOCTYPE html><script>alert(1)</script>"u8.ToArray() },
        { "a bitmap", [.. "BM"u8, .. new byte[100]] },
        { "a WAV", [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8, .. new byte[100]] },
        { "another kind of WebP", Pictures.WebP("ABCD") },
        { "too many bytes", Pictures.Png(length: CoverArt.MaxLength + 1) },
        { "too wide", Pictures.Png(width: CoverArt.MaxSide + 1) },
        { "too high", Pictures.Jpeg(height: CoverArt.MaxSide + 1) },
        { "a WebP that is too wide", Pictures.WebP("VP8L", width: CoverArt.MaxSide + 1) },
        { "no width", Pictures.Png(width: 0) },
        { "a negative height", Pictures.Png(height: -1) },
        { "a cut PNG", Pictures.Png()[..23] },
        { "a cut GIF", Pictures.Gif()[..9] },
        { "a JPEG without a frame", Pictures.Jpeg()[..20] },
        { "a JPEG whose scan comes before its frame", [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, .. Pictures.Jpeg()[2..]] },
        { "a JPEG whose segment is longer than it", [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF, .. new byte[20]] },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void A_picture_is_known_by_its_bytes(string type, byte[] picture)
    {
        Assert.True(CoverArt.TryCreate(picture, out CoverArt? art));
        Assert.Equal(type, art.ContentType);
        Assert.Equal(picture, art.Content.ToArray());
        Assert.Matches("^[0-9a-f]{32}$", art.Hash);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_picture_or_too_large_is_refused(string why, byte[] picture) =>
        Assert.False(CoverArt.TryCreate(picture, out _), why);

    [Fact]
    public void Pictures_with_the_same_bytes_are_equal_and_so_are_tracks_with_them()
    {
        TrackInfo track = new("So What") { Art = Of(Pictures.Gif()) };

        Assert.Equal(track, new TrackInfo("So What") { Art = Of(Pictures.Gif()) });
        Assert.NotEqual(track, new TrackInfo("So What") { Art = Of(Pictures.Png()) });
        Assert.NotEqual(track, new TrackInfo("So What"));
        Assert.Equal(track.GetHashCode(), new TrackInfo("So What") { Art = Of(Pictures.Gif()) }.GetHashCode());
    }

    [Fact]
    public void Damaged_pictures_never_throw()
    {
        var random = new Random(7);
        foreach (byte[] picture in Known.Select(static row => row.Data.Item2).Where(static p => p.Length < 200))
        {
            for (int i = 0; i < 5000; i++)
            {
                byte[] damaged = [.. picture];
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                CoverArt.TryCreate(damaged.AsSpan(0, random.Next(damaged.Length + 1)), out CoverArt? art);

                Assert.True(art is null || art.ContentType.StartsWith("image/", StringComparison.Ordinal));
            }
        }
    }

    private static CoverArt? Of(byte[] picture) => CoverArt.TryCreate(picture, out CoverArt? art) ? art : null;
}
