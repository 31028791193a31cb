using System.Globalization;

namespace Linnet.Receive.Repair;

/// <summary>Says why, in a sentence for a person.</summary>
internal static class RepairReason
{
    /// <summary>The sentence.</summary>
    internal static string Of(in RepairVerdict verdict)
    {
        PathState path = verdict.Path;
        if (!path.CanAsk && !path.CanCopy)
        {
            return "The server does not repair.";
        }

        string lost = Lost(path);
        string fit = Fit(path, verdict.Tries);
        return verdict.Mode switch
        {
            RepairMode.Retransmission => $"Asks again for what is lost: {fit}; {lost}{(verdict.IsBanned ? "; copies made it worse" : "")}.",
            RepairMode.Redundancy => $"Copies {verdict.Copies}: {lost}, and {fit}.",
            RepairMode.Both => $"Asks again, and copies {verdict.Copies}: {lost}; {fit}, which is not enough.",
            _ when verdict.IsBanned => $"Copies made it worse: {lost}, and {fit}.",
            _ when path.Loss < RepairChooser.Noticeable => $"Hardly anything is lost, and {fit}.",
            _ when verdict.Wait > path.Buffer && path.CanCopy =>
                $"Waits {Ms(verdict.Wait)}, so that there is time for repair: {lost}, {fit}, and neither do copies.",
            _ when verdict.Wait > path.Buffer =>
                $"Waits {Ms(verdict.Wait)}, so that there is time to ask again: {lost}, {fit}, and this sound has no copies.",
            _ when !path.CanCopy => $"Cannot be repaired: {lost}, {fit}, and this sound has no copies.",
            _ => $"Cannot be repaired: {lost}, {fit}, and neither do copies.",
        };
    }

    private static string Lost(in PathState path)
    {
        double burstMs = path.Burst * path.PacketTime.TotalMilliseconds / 2;
        string bursts = path.Burst > 3 ? string.Create(CultureInfo.InvariantCulture, $" in bursts of {burstMs:0} ms") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{path.Loss * 100:0.0}% lost{bursts}");
    }

    private static string Fit(in PathState path, int tries)
    {
        if (!path.CanAsk)
        {
            return "the server sends nothing again";
        }

        string trip = path.RoundTrip is TimeSpan known ? $"a round trip of {Ms(known)}" : "a round trip not known yet";
        return tries > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{trip} fits {tries}× into {Ms(path.Buffer)}")
            : $"{trip} does not fit into {Ms(path.Buffer)}{(path.RoundTrip < path.Buffer ? Notice(path) : "")}";
    }

    // Where the round trip alone would fit: what is lost has to be noticed first.
    private static string Notice(in PathState path) => $" after a packet of {Ms(path.PacketTime)} and {Ms(path.Slack)} of jitter";

    private static string Ms(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}
