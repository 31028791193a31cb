using System.Text;
using Linnet.Access;

namespace Linnet.Tests.Access;

public class SignedLinkTests
{
    private const long At = 1_800_000_000;

    private static readonly LinkKey First = new("k1", Encoding.ASCII.GetBytes("0123456789abcdef"));
    private static readonly LinkKey Second = new("k2", Encoding.ASCII.GetBytes("fedcba9876543210"));

    [Theory]
    [InlineData("jazz")]
    [InlineData("jazz", "opus", "mp3", "mp3-64", "mp3")]
    public void A_link_reads_back_what_was_signed(string station, params string[] renditions)
    {
        Assert.Equal(LinkProblem.None, SignedLink.Read(Token(First, station, renditions), [Second, First], out SignedLink? link));

        Assert.Equal(("k1", At, station), (link!.Key, link.Expires, link.Station));
        Assert.Equal(renditions.Distinct().Order(StringComparer.Ordinal), link.Renditions);
    }

    [Fact]
    public void The_format_stays_the_same()
    {
        // Links live longer than a version of the program. The signature was computed by Python's hmac.
        Assert.Equal(
            "/~k1.1800000000.jazz.mp3_opus.OIsi2trHfzcYzUl_7yex-A",
            First.Sign("jazz", DateTimeOffset.FromUnixTimeSeconds(At), "opus", "mp3"));
    }

    [Fact]
    public void Only_characters_that_need_no_escaping_are_in_a_link()
    {
        string token = Token(First, "late-night", "mp3-64", "opus");

        Assert.Equal(token, Uri.EscapeDataString(token));
    }

    [Fact]
    public void A_link_with_any_character_changed_added_or_removed_is_refused()
    {
        string token = Token(First, "jazz", "mp3");
        for (int i = 0; i < token.Length; i++)
        {
            foreach (char c in "aA0.-_~")
            {
                if (token[i] != c)
                {
                    Refused(token[..i] + c + token[(i + 1)..]);
                }

                Refused(token[..i] + c + token[i..]);
            }

            Refused(token[..i] + token[(i + 1)..]);
        }

        Refused(token + "A");
        Refused(token + "=");

        static void Refused(string changed) =>
            Assert.NotEqual(LinkProblem.None, SignedLink.Read(changed, [First, Second], out _));
    }

    [Fact]
    public void A_link_of_a_key_that_is_not_in_use_any_more_is_refused()
    {
        string token = Token(First, "jazz");

        Assert.Equal(LinkProblem.None, SignedLink.Read(token, [Second, First], out _));
        Assert.Equal(LinkProblem.UnknownKey, SignedLink.Read(token, [Second], out _));
        Assert.Equal(LinkProblem.WrongSignature, SignedLink.Read(token, [Second with { Id = "k1" }], out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("...")]
    [InlineData("k1.jazz.x")]
    [InlineData("k1.1.2.3.4.5")]
    [InlineData("k1.-1.jazz.AAAA")]
    [InlineData("k1.99999999999999999999.jazz.AAAA")]
    public void What_is_no_link_is_refused(string token) =>
        Assert.Equal(LinkProblem.Malformed, SignedLink.Read(token, [First], out _));

    [Fact]
    public void A_link_that_is_too_long_is_refused_before_anything_is_computed() =>
        Assert.Equal(
            LinkProblem.Malformed, SignedLink.Read($"k1.{At}.jazz.{new string('a', SignedLink.MaxLength)}.x", [First], out _));

    [Theory]
    [InlineData("/~abc/jazz.mp3", "abc")]
    [InlineData("/~abc/", "abc")]
    [InlineData("/~abc", null)]
    [InlineData("/~/jazz", null)]
    [InlineData("/jazz/~abc/x", null)]
    [InlineData("~abc/jazz", null)]
    public void A_link_is_the_first_segment_of_a_path(string path, string? token) =>
        Assert.Equal(token, SignedLink.TrySplit(path, out string? found) && found.Length > 0 ? found : null);

    [Theory]
    [InlineData("Jazz")]
    [InlineData("a.b")]
    [InlineData("")]
    public void A_name_that_no_station_has_cannot_be_signed(string name)
    {
        Assert.Throws<ArgumentException>(() => First.Sign(name, DateTimeOffset.UnixEpoch));
        Assert.Throws<ArgumentException>(() => First.Sign("jazz", DateTimeOffset.UnixEpoch, name));
    }

    [Theory]
    [InlineData("", 16)]
    [InlineData("k.1", 16)]
    [InlineData("k1", 15)]
    public void A_key_without_identifier_or_with_a_short_secret_is_a_problem(string id, int bytes) =>
        Assert.NotEmpty(new LinkKey(id, new byte[bytes]).Problems());

    private static string Token(LinkKey key, string station, params string[] renditions) =>
        key.Sign(station, DateTimeOffset.FromUnixTimeSeconds(At), renditions)[2..];
}
