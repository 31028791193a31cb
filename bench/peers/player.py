#!/usr/bin/env python3
"""The cost of one player: CPU time of `linnet play` to PulseAudio and to the null device, and of ffplay and GStreamer on the same station.

    python3 bench/peers/player.py [--seconds 20] [--rounds 3] [--warm 60]

All play the same stereo Opus stream over UDP at the same time. The script starts its own PulseAudio with null sinks. CPU is the user and system time of the
whole process from /proc. --warm: seconds before the measurement, in which .NET compiles.
"""
import argparse
import os
import subprocess
import time

import latency
import rig


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--warm", type=int, default=60)
    given = options.parse_args()
    pulse = latency.Pulse()
    server = rig.Linnet("tone", "--live", env=pulse.environment)
    url = server.url("tone/opus")
    ours = [rig.LINNET, "play", url, "--transport", "udp", "--stats", "json"]
    players = {
        "linnet, PulseAudio": pulse.start(*ours, "--output", "pulse:heard", stdout=subprocess.DEVNULL),
        "linnet, null": pulse.start(*ours, "--output", "null", stdout=subprocess.DEVNULL),
        "ffplay": rig.start("ffplay", "-nodisp", "-v", "error", "-rtsp_transport", "udp", url, stdout=subprocess.DEVNULL, env=dict(pulse.environment, SDL_AUDIODRIVER="pulseaudio", PULSE_SINK="heard")),
        "GStreamer": pulse.start("gst-launch-1.0", "-q", "rtspsrc", f"location={url}", "latency=100", "!", "rtpopusdepay", "!", "opusdec", "!", "audioconvert", "!", "pulsesink", "device=heard"),
    }
    try:
        time.sleep(given.warm)
        print("% of a core        " + "".join(f"{name:>20}" for name in players) + f"{'load':>8}")
        for _ in range(given.rounds):
            before = {name: rig.cpu_seconds(p.pid) for name, p in players.items()}
            time.sleep(given.seconds)
            used = {name: (rig.cpu_seconds(p.pid) - before[name]) / given.seconds * 100 for name, p in players.items()}
            print("                   " + "".join(f"{u:20.2f}" for u in used.values()) + f"{os.getloadavg()[0]:8.1f}", flush=True)
    finally:
        for process in players.values():
            rig.stop(process)
        rig.stop(server.process)
        rig.stop(pulse.process)


if __name__ == "__main__":
    main()
