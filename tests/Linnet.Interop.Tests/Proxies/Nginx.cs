namespace Linnet.Interop.Tests.Proxies;

/// <summary>The main file of Debian's nginx, around a recipe.</summary>
internal static class Nginx
{
    /// <summary>Printed as soon as it answers.</summary>
    internal const string Started = "start worker process";

    /// <summary>Arguments that run it until it is ended.</summary>
    internal static string[] Arguments(TempFolder folder) => ["-e", "stderr", "-c", folder["nginx.conf"]];

    /// <summary>Writes the files.</summary>
    /// <param name="folder">The folder for all its files.</param>
    /// <param name="http">What a recipe places within <c>http</c>.</param>
    /// <param name="beside">What a recipe places beside it.</param>
    internal static async Task ConfigureAsync(TempFolder folder, string http, string beside = "")
    {
        await File.WriteAllTextAsync(folder["linnet.conf"], http);
        const string Stream = "/usr/lib/nginx/modules/ngx_stream_module.so";
        await File.WriteAllTextAsync(folder["nginx.conf"], $$"""
            {{(File.Exists(Stream) ? $"load_module {Stream};" : "")}}
            user root;
            daemon off;
            worker_processes 1;
            pid {{folder["pid"]}};
            error_log stderr notice;
            events { }
            http {
                access_log off;
                client_body_temp_path {{folder["body"]}};
                proxy_temp_path {{folder["proxy"]}};
                fastcgi_temp_path {{folder["fastcgi"]}};
                uwsgi_temp_path {{folder["uwsgi"]}};
                scgi_temp_path {{folder["scgi"]}};
                include linnet.conf;
            }
            {{beside}}
            """);
    }
}
