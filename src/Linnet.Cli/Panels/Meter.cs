using System.Text;

namespace Linnet.Cli.Panels;

/// <summary>Draws a level as a bar over −60…0 dBFS.</summary>
internal static class Meter
{
    private const double Loud = -12;
    private const double TooLoud = -3;
    private const string Eighths = " ▏▎▍▌▋▊▉█";

    /// <summary>Appends a bar of <paramref name="cells"/> cells, in eighths of a cell, and the held peak as a thin mark.</summary>
    public static PanelLine AddMeter(this PanelLine line, MeterLevel level, int cells)
    {
        int eighths = (int)Math.Round(Share(level.Level) * cells * 8);
        int mark = level.Peak <= level.Level ? -1 : Math.Min(cells - 1, (int)(Share(level.Peak) * cells));
        var run = new StringBuilder();
        Tone tone = Tone.Plain;
        for (int i = 0; i < cells; i++)
        {
            int filled = Math.Clamp(eighths - (i * 8), 0, 8);
            (char c, Tone t) = filled == 0 && i == mark ? ('│', ToneAt(i, cells))
                : filled == 0 ? ('·', Tone.Quiet)
                : (Eighths[filled], ToneAt(i, cells));
            if (t != tone && run.Length > 0)
            {
                line.Add(run.ToString(), tone);
                run.Clear();
            }

            tone = t;
            run.Append(c);
        }

        return line.Add(run.ToString(), tone);
    }

    private static double Share(double dbfs) => Math.Clamp(1 - (dbfs / Ballistics.Floor), 0, 1);

    private static Tone ToneAt(int cell, int cells)
    {
        double dbfs = Ballistics.Floor * (1 - ((cell + 1.0) / cells));
        return dbfs > TooLoud ? Tone.Bad : dbfs > Loud ? Tone.Warning : Tone.Good;
    }
}
