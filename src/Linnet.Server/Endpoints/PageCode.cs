using System.Collections;
using System.Globalization;
using System.Text;
using QRCoder;

namespace Linnet.Server.Endpoints;

/// <summary>Draws an address as a QR code for a phone's camera.</summary>
internal static class PageCode
{
    /// <summary>The longest address, in characters: a code that a camera can still read from a screen.</summary>
    internal const int Longest = 300;

    /// <summary>The code as an SVG picture, dark on light with a light border.</summary>
    internal static string Draw(string address)
    {
        using QRCodeData data = QRCodeGenerator.GenerateQrCode(address, QRCodeGenerator.ECCLevel.M);
        List<BitArray> rows = data.ModuleMatrix;
        var path = new StringBuilder();
        for (int y = 0; y < rows.Count; y++)
        {
            for (int x = 0, end; x < rows.Count; x = end + 1)
            {
                for (end = x; end < rows.Count && rows[y][end]; end++)
                {
                }

                if (end > x)
                {
                    path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h{end - x}v1H{x}z");
                }
            }
        }

        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {rows.Count} {rows.Count}\" shape-rendering=\"crispEdges\">"
            + $"<path fill=\"#fff\" d=\"M0 0h{rows.Count}v{rows.Count}H0z\"/><path d=\"{path}\"/></svg>\n";
    }
}
