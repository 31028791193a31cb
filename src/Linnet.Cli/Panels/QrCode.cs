using QRCoder;

namespace Linnet.Cli.Panels;

/// <summary>An address as a code that a phone's camera reads, in characters: two rows of it in each line.</summary>
internal static class QrCode
{
    /// <summary>
    /// The lines of the code for <paramref name="address"/>, its bright border included. What is bright in it are full blocks: they are for
    /// dark ground.
    /// </summary>
    public static IReadOnlyList<string> Lines(string address)
    {
        // The lowest level of correction: a screen has no stains, and a smaller code fits a phone's terminal.
        using QRCodeData data = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.L);
        using var code = new AsciiQRCode(data);
        return code.GetGraphicSmall(drawQuietZones: true, invert: false, endOfLine: "\n")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
