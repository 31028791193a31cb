namespace Linnet.Interop.Tests.Page.Drivers;

/// <summary>A page of a real browser.</summary>
internal interface ITestPage
{
    /// <summary>Opens an address and waits until it has loaded.</summary>
    Task OpenAsync(string url);

    /// <summary>Evaluates an expression in the page, which may be a promise, and returns the result as JSON.</summary>
    Task<string> EvaluateAsync(string expression);

    /// <summary>Clicks the first element that matches, as a user does.</summary>
    Task ClickAsync(string selector);
}
