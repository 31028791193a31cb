using System.Diagnostics.CodeAnalysis;

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
        if (!Enum.TryParse(parts[0], ignoreCase: true, out AccessAction action) || !Enum.IsDefined(action) || char.IsDigit(parts[0][0]))
        {
            problem = $"'{text}' is not a role: use listen, push, control or admin, for one station as in push:live.";
            return false;
        }

        role = new AccessRole(action, parts.Length > 1 ? parts[1] : null);
        return true;
    }

    /// <summary>Whether the role permits an action on a station.</summary>
    /// <param name="action">The action.</param>
    /// <param name="station">The station; <see langword="null"/>: the server as a whole.</param>
    public bool Permits(AccessAction action, string? station) =>
        (Action == action || Action == AccessAction.Admin) && (Station is null || Station == station);

    /// <inheritdoc/>
    public override string ToString() => Action.ToString().ToLowerInvariant() + (Station is null ? "" : $":{Station}");
}
