using System.Buffers;
using Linnet.Sources;

namespace Linnet.Relay.Wire;

/// <summary>
/// The NATS subjects of the relay. All begin with <c>linnet.</c>, so that one rule of a NATS account covers them. A subject with three
/// parts carries batches; the others have more, so that no name of a station collides with them.
/// </summary>
internal static class Subjects
{
    private const int MaxLength = 64;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>Whether a name can be a part of a subject: renditions and nodes.</summary>
    internal static bool IsName(ReadOnlySpan<char> name) => name.Length is > 0 and <= MaxLength && !name.ContainsAnyExcept(Characters);

    /// <summary>Where the batches of a rendition are published.</summary>
    internal static string Batches(string station, string rendition) => $"linnet.{Station(station)}.{Name(rendition)}";

    /// <summary>Where the origin answers a <see cref="BatchQuestion"/>.</summary>
    internal static string Ask(string station, string rendition) => $"linnet.ask.{Station(station)}.{Name(rendition)}";

    /// <summary>Where the origin answers all questions for items of a station.</summary>
    internal static string AskAll(string station) => $"linnet.ask.{Station(station)}.*";

    /// <summary>Where the origin answers a <see cref="Want"/>.</summary>
    internal static string Want(string station, string rendition) => $"linnet.want.{Station(station)}.{Name(rendition)}";

    /// <summary>Where the origin answers each <see cref="Want"/> of a station.</summary>
    internal static string WantAll(string station) => $"linnet.want.{Station(station)}.*";

    /// <summary>Where the origin describes a station.</summary>
    internal static string About(string station) => $"linnet.station.{Station(station)}.about";

    /// <summary>Where a node tells its clock.</summary>
    internal static string Clock(string node) => $"linnet.node.{Name(node)}.clock";

    /// <summary>Where a node says what it has and does.</summary>
    internal static string Status(string node) => $"linnet.node.{Name(node)}.status";

    /// <summary>Where all nodes say what they have and do.</summary>
    internal const string AllStatus = "linnet.node.*.status";

    /// <summary>The last part of a subject.</summary>
    internal static string LastPart(string subject) => subject[(subject.LastIndexOf('.') + 1)..];

    private static string Station(string name) =>
        StationName.IsValid(name) ? name : throw new ArgumentException($"'{name}' is not the name of a station.");

    private static string Name(string name) => IsName(name) ? name : throw new ArgumentException($"'{name}' cannot be in a NATS subject.");
}
