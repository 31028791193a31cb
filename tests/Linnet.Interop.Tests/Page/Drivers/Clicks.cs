using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linnet.Interop.Tests.Page.Drivers;

/// <summary>A click of the mouse, as WebDriver and WebDriver BiDi describe it.</summary>
internal static class Clicks
{
    /// <summary>An expression for the middle of an element, as two integers, after it was scrolled into view.</summary>
    internal static string MiddleOf(string selector) =>
        $$"""
        (() => {
          const element = document.querySelector({{JsonSerializer.Serialize(selector)}});
          element.scrollIntoView({ block: 'center', behavior: 'instant' });
          const { x, y, width, height } = element.getBoundingClientRect();
          return [Math.round(x + width / 2), Math.round(y + height / 2)];
        })()
        """;

    /// <summary>The actions of a click at a place of the viewport.</summary>
    internal static JsonArray At(int x, int y) =>
    [
        new JsonObject
        {
            ["type"] = "pointer",
            ["id"] = "mouse",
            ["parameters"] = new JsonObject { ["pointerType"] = "mouse" },
            ["actions"] = new JsonArray(
                new JsonObject { ["type"] = "pointerMove", ["x"] = x, ["y"] = y, ["duration"] = 0 },
                new JsonObject { ["type"] = "pointerDown", ["button"] = 0 },
                new JsonObject { ["type"] = "pointerUp", ["button"] = 0 }),
        },
    ];
}
