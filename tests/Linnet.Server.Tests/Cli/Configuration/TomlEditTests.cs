using Linnet.Cli;
using Linnet.Cli.Configuration;

namespace Linnet.Server.Tests.Cli.Configuration;

/// <summary>Changes of a TOML file that leave everything else as it is.</summary>
public class TomlEditTests
{
    private static readonly string[] Ann = ["accounts", "ann"];

    private const string Commented =
        "# 🎵 radio\r\nversion = 1 # one\r\n\r\n[accounts.ann] # a\r\n# before\r\nroles = [\r\n  \"a\", # x\r\n] # after\r\n"
            + "last = 'b' # c\r\n# behind\r\n\r\n[stations.jazz]\r\nsource = \"tone\"";

    [Theory]
    [InlineData("last", "9", "last = 'b'", "last = 9")]
    [InlineData("roles", "[]", "[\r\n  \"a\", # x\r\n]", "[]")]
    [InlineData("new", "9", "# c\r\n", "# c\r\nnew = 9\r\n")]
    public void A_value_is_replaced_or_added_and_every_other_byte_stays(string key, string value, string old, string changed)
    {
        var edit = new TomlEdit("f", Commented);

        edit.Set(Ann, key, value);

        Assert.Equal(Commented.Replace(old, changed, StringComparison.Ordinal), edit.Text);
    }

    [Theory]
    [InlineData("", "[accounts.ann]\nk = 1\n")]
    [InlineData("a = 1", "a = 1\n\n[accounts.ann]\nk = 1\n")]
    [InlineData("[accounts.ann]", "[accounts.ann]\nk = 1\n")]
    [InlineData("[accounts.ann] # x\n\n[b]\n", "[accounts.ann] # x\nk = 1\n\n[b]\n")]
    [InlineData("[accounts.\"ann\"]\nk = 0", "[accounts.\"ann\"]\nk = 1")]
    public void A_missing_table_is_added_at_the_end(string text, string changed)
    {
        var edit = new TomlEdit("f", text);

        edit.Set(Ann, "k", "1");

        Assert.Equal(changed, edit.Text);
    }

    [Fact]
    public void A_name_that_needs_quotes_gets_them()
    {
        var edit = new TomlEdit("f", "");

        edit.Set(["accounts", "a@b.c"], "k", "1");

        Assert.Equal("[accounts.\"a@b.c\"]\nk = 1\n", edit.Text);
        Assert.True(edit.Has("accounts", "a@b.c"));
    }

    [Theory]
    [InlineData("", "[accounts.ann]\nk = [1]\n")]
    [InlineData("[accounts.ann]\nk = [ ]\n", "[accounts.ann]\nk = [1 ]\n")]
    [InlineData("[accounts.ann]\nk = [2, 3] # x\n", "[accounts.ann]\nk = [1, 2, 3] # x\n")]
    public void An_item_is_put_before_the_others(string text, string changed)
    {
        var edit = new TomlEdit("f", text);

        edit.SetFirst(Ann, "k", "1");

        Assert.Equal(changed, edit.Text);
    }

    [Theory]
    [InlineData("a = 1\n\n# ann\n[accounts.ann]\nk = 1 # x\nl = [\n]\n# rest\n\n[b]\n", "a = 1\n\n# ann\n# rest\n\n[b]\n")]
    [InlineData("a = 1\n\n[accounts.ann]\nk = 1\n\n[b]\n", "a = 1\n\n[b]\n")]
    [InlineData("a = 1\n\n[accounts.ann]\nk = 1", "a = 1\n")]
    [InlineData("[accounts.ann]\n", "")]
    public void A_removed_table_leaves_the_rest_with_its_comments(string text, string changed)
    {
        var edit = new TomlEdit("f", text);

        Assert.True(edit.Remove(Ann));
        Assert.False(edit.Remove(Ann));
        Assert.Equal(changed, edit.Text);
    }

    [Theory]
    [InlineData("accounts.ann.k = 1\n")]
    [InlineData("[accounts]\nann = { k = 1 }\n")]
    public void A_table_in_another_form_is_left_to_the_user(string text) => Assert.Contains(
        "is not written as a table [accounts.ann], so change it by hand.",
        Assert.Throws<UsageException>(() => new TomlEdit("f", text).Set(Ann, "k", "2")).Message,
        StringComparison.Ordinal);
}
