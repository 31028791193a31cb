using System.Globalization;

namespace Linnet.Receive.Repair;

/// <summary>Explains a decision about repair, in a sentence for display.</summary>
internal static class RepairReason
{
    /// <summary>Builds the sentence.</summary>
    internal static string Of(in RepairVerdict verdict)
    {
        PathState path = verdict.Path;
        if (!path.CanAsk && !path.CanCopy)
        {
            return "The server offers no repair.";
        }

        string lost = Lost(path);
        string fit = Fit(path, verdict.Tries);
        return verdict.Mode switch
        {
            RepairMode.Retransmission =>
                $"Requests lost packets: {fit}; {lost}{(verdict.IsBanned ? "; copies increased the loss" : "")}.",
            RepairMode.Redundancy => $"Requests copies {verdict.Copies}: {lost}, and {fit}.",
            RepairMode.Both => $"Requests lost packets, and copies {verdict.Copies}: {lost}; {fit}, which is not enough.",
            _ when verdict.IsBanned => $"Copies increased the loss: {lost}, and {fit}.",
            _ when path.Loss < RepairChooser.Noticeable => $"Almost no loss, and {fit}.",
            _ when verdict.Wait > path.Buffer && path.CanCopy =>
                $"Buffers {Ms(verdict.Wait)} to leave time for repair: {lost}, {fit}, and copies do not help either.",
            _ when verdict.Wait > path.Buffer =>
                $"Buffers {Ms(verdict.Wait)} to leave time for retransmission: {lost}, {fit}, and copies are not offered.",
            _ when !path.CanCopy => $"Cannot repair: {lost}, {fit}, and copies are not offered.",
            _ => $"Cannot repair: {lost}, {fit}, and copies do not help either.",
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
            return "the server does not retransmit";
        }

        string trip = path.RoundTrip is TimeSpan known ? $"a round trip of {Ms(known)}" : "an unknown round trip";
        return tries > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{trip} fits {tries}× into {Ms(path.Buffer)}")
            : $"{trip} does not fit into {Ms(path.Buffer)}{(path.RoundTrip < path.Buffer ? Notice(path) : "")}";
    }

    // The round trip alone would fit, but a loss must be noticed first.
    private static string Notice(in PathState path) => $" after a packet of {Ms(path.PacketTime)} and {Ms(path.Slack)} of jitter";

    private static string Ms(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}
