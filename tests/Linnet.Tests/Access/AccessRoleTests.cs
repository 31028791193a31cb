using Linnet.Access;

namespace Linnet.Tests.Access;

public class AccessRoleTests
{
    [Theory]
    [InlineData("listen", "listen")]
    [InlineData("Push:live", "push:live")]
    [InlineData("control:late-night", "control:late-night")]
    [InlineData("admin", "admin")]
    public void A_role_reads_back(string text, string written)
    {
        Assert.True(AccessRole.TryParse(text, out AccessRole role, out string? problem));

        Assert.Equal((written, null), (role.ToString(), problem));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("hear")]
    [InlineData("1")]
    [InlineData("listen,push")]
    [InlineData(" listen")]
    [InlineData("listen:")]
    [InlineData("listen:Jazz")]
    [InlineData("push:live:x")]
    public void What_is_no_role_is_a_problem(string? text)
    {
        Assert.False(AccessRole.TryParse(text, out _, out string? problem));

        Assert.Contains("use listen, push, control or admin", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("listen", AccessAction.Listen, "jazz", true)]
    [InlineData("listen", AccessAction.Push, "jazz", false)]
    [InlineData("listen:jazz", AccessAction.Listen, "jazz", true)]
    [InlineData("listen:jazz", AccessAction.Listen, "news", false)]
    [InlineData("listen:jazz", AccessAction.Listen, null, false)]
    [InlineData("admin", AccessAction.Control, null, true)]
    [InlineData("admin:jazz", AccessAction.Push, "jazz", true)]
    [InlineData("admin:jazz", AccessAction.Admin, null, false)]
    public void A_role_permits_its_action_on_its_station(string text, AccessAction action, string? station, bool permits)
    {
        Assert.True(AccessRole.TryParse(text, out AccessRole role, out _));

        Assert.Equal(permits, role.Permits(action, station));
    }
}
