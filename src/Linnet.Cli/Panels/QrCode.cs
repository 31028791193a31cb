using QRCoder;

namespace Linnet.Cli.Panels;

/// <summary>Renders an address as a QR code in characters: each line shows two rows of modules.</summary>
internal static class QrCode
{
    /// <summary>
    /// The lines of the QR code for <paramref name="address"/>, with its light border. Light modules are drawn as full blocks, for a dark
    /// background.
    /// </summary>
    public static IReadOnlyList<string> Lines(string address)
    {
        // The lowest error correction level: a screen has no stains, and a smaller code fits a phone's terminal.
        using QRCodeData data = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.L);
        using var code = new AsciiQRCode(data);
        return code.GetGraphicSmall(drawQuietZones: true, invert: false, endOfLine: "\n")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
