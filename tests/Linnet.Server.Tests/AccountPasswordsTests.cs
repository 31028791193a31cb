using System.Text;

namespace Linnet.Server.Tests;

public class AccountPasswordsTests
{
    // By PBKDF2 with HMAC-SHA-512, 100,000 times, of the password "correct horse": made by another program.
    private const string Foreign = "AQAAAAIAAYagAAAAEBESExQVFhcYGRobHB0eHyBdA2IhM3eeHSCWBvwpTh+hOi1tb/pmlesKlO+Ik1Fgug==";

    [Fact]
    public void A_password_fits_its_own_hashes_alone()
    {
        string hash = AccountPasswords.Hash("päss");

        Assert.NotEqual(hash, AccountPasswords.Hash("päss"));
        Assert.True(AccountPasswords.IsHash(hash));
        Assert.True(AccountPasswords.Verify(hash, "päss"u8));
        Assert.True(AccountPasswords.Verify(hash, Encoding.Latin1.GetBytes("päss")));
        Assert.False(AccountPasswords.Verify(hash, "pass"u8));
        Assert.False(AccountPasswords.Verify(hash, []));
        Assert.True(AccountPasswords.Verify(Foreign, "correct horse"u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("topsecret")]
    [InlineData("dG9wc2VjcmV0")]
    [InlineData("AQAAAAIAAYagAAAAEBESExQVFhcYGRobHB0eHw==")]
    [InlineData("AQAAAAIAAYag/////xESExQVFhcYGRobHB0eHyBdA2IhM3eeHSCWBvwpTh+hOi1tb/pmlesKlO+Ik1Fgug==")]
    [InlineData("AQAAAAJ/////AAAAEBESExQVFhcYGRobHB0eHyBdA2IhM3eeHSCWBvwpTh+hOi1tb/pmlesKlO+Ik1Fgug==")]
    public void A_text_that_is_no_hash_fits_no_password(string text)
    {
        Assert.False(AccountPasswords.IsHash(text));
        Assert.False(AccountPasswords.Verify(text, "topsecret"u8));
    }
}
