using Linnet.Server;
using Linnet.Sources.Files;

// http://HOST:8000/ is the page of the stations, /song.mp3 a stream, /live takes pushes, /hello is an endpoint of your own.
WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddLinnet(linnet => linnet
    .AddStation("song", _ => FileSource.Open(builder.Configuration["song"] ?? "song.wav"))
    .AddPushStation("live"));
builder.WebHost.ConfigureKestrel(kestrel =>
    kestrel.ListenAnyIP(builder.Configuration.GetValue("port", 8000), listen => listen.UseLinnet()));

WebApplication app = builder.Build();
app.MapGet("/hello", () => "Hello");
app.MapLinnet();
app.Run();
