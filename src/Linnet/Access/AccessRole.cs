using System.Diagnostics.CodeAnalysis;
using Linnet.Sources;

namespace Linnet.Access;

/// <summary>What an account may do, with which station. As text: <c>listen</c>, or <c>push:live</c> for one station.</summary>
/// <param name="Action">What.</param>
/// <param name="Station">The station's name; <see langword="null"/>: all stations.</param>
public readonly record struct AccessRole(AccessAction Action, string? Station = null)
{
    /// <summary>Reads a role.</summary>
    public static bool TryParse(string? text, out AccessRole role, [NotNullWhen(false)] out string? problem)
    {
        string[] parts = (text ?? "").Split(':', 2);
        role = default;
        problem = null;
        foreach (AccessAction action in Enum.GetValues<AccessAction>())
        {
            if (action.ToString().Equals(parts[0], StringComparison.OrdinalIgnoreCase)
                && (parts.Length == 1 || StationName.IsValid(parts[1])))
            {
                role = new AccessRole(action, parts.Length > 1 ? parts[1] : null);
                return true;
            }
        }

        problem = $"'{text}' is not a role: use listen, push, control or admin, for one station as in push:live.";
        return false;
    }

    /// <summary>Whether the role permits an action on a station.</summary>
    /// <param name="action">The action.</param>
    /// <param name="station">The station; <see langword="null"/>: the server as a whole.</param>
    public bool Permits(AccessAction action, string? station) =>
        (Action == action || Action == AccessAction.Admin) && (Station is null || Station == station);

    /// <inheritdoc/>
    public override string ToString() => Action.ToString().ToLowerInvariant() + (Station is null ? "" : $":{Station}");
}
