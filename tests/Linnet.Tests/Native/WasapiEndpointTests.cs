using Linnet.Native;

namespace Linnet.Tests.Native;

public class WasapiEndpointTests
{
    private static readonly WasapiEndpoint[] Outputs =
    [
        new("{0.0.0.00000000}.{a}", "Speakers (Realtek Audio)", "Realtek Audio", IsInput: false, IsDefault: false),
        new("{0.0.0.00000000}.{b}", "Headphones (USB)", "USB", IsInput: false, IsDefault: true),
        new("{0.0.0.00000000}.{c}", "Headphones (USB) 2", "USB", IsInput: false, IsDefault: false),
        new("{0.0.0.00000000}.{d}", "headphones (usb)", "USB", IsInput: false, IsDefault: false),
    ];

    [Theory]
    [InlineData(null, "{0.0.0.00000000}.{b}")]
    [InlineData("Headphones (USB)", "{0.0.0.00000000}.{b}")]
    [InlineData("headphones (usb)", "{0.0.0.00000000}.{d}")]
    [InlineData("HEADPHONES (USB) 2", "{0.0.0.00000000}.{c}")]
    [InlineData("realtek", "{0.0.0.00000000}.{a}")]
    [InlineData("{0.0.0.00000000}.{C}", "{0.0.0.00000000}.{c}")]
    public void A_name_a_part_of_it_or_an_ID_selects_an_endpoint(string? name, string id)
    {
        Assert.Equal(id, WasapiEndpoint.Find(Outputs, name, out string[] others)?.Id);
        Assert.Empty(others);
    }

    [Theory]
    [InlineData("head", 3)]
    [InlineData("monitor", 0)]
    [InlineData("", 0)]
    public void A_name_that_none_or_several_have_selects_nothing(string name, int count)
    {
        Assert.Null(WasapiEndpoint.Find(Outputs, name, out string[] others));
        Assert.Equal(count, others.Length);
    }

    [Fact]
    public void Endpoints_of_one_name_are_told_apart_by_their_IDs()
    {
        var twin = new WasapiEndpoint("{x}", "Headphones (USB)", "USB", IsInput: false, IsDefault: false);
        var input = new WasapiEndpoint("{y}", "Headphones (USB)", "USB", IsInput: true, IsDefault: false);

        Assert.Equal(
            ["Speakers (Realtek Audio)", "{x}", "Headphones (USB)"],
            new[] { Outputs[0], twin, input }.Select(e => WasapiEndpoint.NameIn([.. Outputs, twin, input], e)));
    }
}
