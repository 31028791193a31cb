using System.Text;
using Microsoft.AspNetCore.Http;

namespace Linnet.Server.Endpoints;

/// <summary>Sends whole answers.</summary>
internal static class Answer
{
    internal const string PlainText = "text/plain; charset=utf-8";

    /// <summary>Sends a status and a text; to <c>HEAD</c>, the head alone.</summary>
    internal static Task SendAsync(HttpContext context, int status, string contentType, string text)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
