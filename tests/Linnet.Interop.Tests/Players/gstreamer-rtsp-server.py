"""An RTSP server of GStreamer's: python3 gstreamer-rtsp-server.py NAME=PIPELINE…

Each pipeline ends in a payloader called pay0 and is started anew for each client. Prints "port N" and serves until it is killed.
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
for argument in sys.argv[1:]:
    name, pipeline = argument.split("=", 1)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {pipeline} )")
    server.get_mount_points().add_factory(f"/{name}", factory)
server.attach(None)
print(f"port {server.get_bound_port()}", flush=True)
GLib.MainLoop().run()
