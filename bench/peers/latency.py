#!/usr/bin/env python3
"""Click to click: the latency from one PulseAudio null sink through the network to another.

    python3 bench/peers/latency.py [--clicks 60]

The script starts a PulseAudio server with a null sink at each end of each path. Clicks are played into the first sink; each path captures its monitor, sends it over
loopback and plays it into the second sink. Both monitors are recorded in the same way at the same time, so the result is the path alone: capture,
packets, buffer, device. The null sink and the recorder of the rig are in both and cancel out. Measured one after another in one run:
Linnet low-latency and balanced, and GStreamer's L16 pipeline with 5 ms packets and a jitter buffer of 20 ms.
"""
import argparse
import array
import os
import subprocess
import threading
import time

import rig

RATE = 48000
PERIOD = 0.5


class Pulse:
    def __init__(self):
        self.address = f"unix:{rig.WORK}/native"
        script = os.path.join(rig.WORK, "script.pa")
        with open(script, "w") as f:
            f.write(f"load-module module-native-protocol-unix auth-anonymous=1 socket={rig.WORK}/native\n")
            for sink in ("clicks", "heard"):
                f.write(f"load-module module-null-sink sink_name={sink} format=s16le rate={RATE} channels=2\n")
        self.environment = dict(os.environ, HOME=rig.WORK, XDG_RUNTIME_DIR=rig.WORK)
        self.process = rig.start("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-F", script, env=self.environment)
        self.environment["PULSE_SERVER"] = self.address
        while not os.path.exists(f"{rig.WORK}/native"):
            time.sleep(0.05)

    def start(self, *command, **options):
        return rig.start(*command, env=self.environment, **options)


class Recorder:
    """Records a monitor; knows when each sample came."""

    def __init__(self, pulse, sink):
        self.process = pulse.start("parec", f"--device={sink}.monitor", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=1", "--latency-msec=5")
        self.clicks = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        last = 0
        while chunk := os.read(self.process.stdout.fileno(), 65536):
            now = time.monotonic()
            samples = array.array("h", chunk[: len(chunk) // 2 * 2])
            for i, sample in enumerate(samples):
                if abs(sample) > 6000:
                    at = now - (len(samples) - i) / RATE
                    if at - last > PERIOD / 3:
                        self.clicks.append(at)
                    last = at

    def stop(self):
        rig.stop(self.process)


def clicks_into(pulse, count):
    """Plays clicks into the sink named clicks, half a second apart."""
    player = pulse.start("pacat", "--playback", "--device=clicks", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=2", "--latency-msec=50", stdin=subprocess.PIPE)
    period = array.array("h", [0] * int(RATE * PERIOD) * 2)
    for i in range(96):
        period[i] = 20000 if i // 24 % 2 == 0 else -20000
    for _ in range(count):
        player.stdin.write(period.tobytes())
    player.stdin.close()
    player.wait()


def measure(name, pulse, processes, clicks):
    time.sleep(4)
    before, after = Recorder(pulse, "clicks"), Recorder(pulse, "heard")
    time.sleep(1)
    clicks_into(pulse, clicks + 4)
    time.sleep(1)
    before.stop(), after.stop()
    for process in reversed(processes):
        rig.stop(process)
    delays = []
    for at in before.clicks[4:]:
        later = [x - at for x in after.clicks if 0 <= x - at < PERIOD * 0.9]
        if later:
            delays.append(later[0] * 1000)
    p50 = rig.percentile(delays, 0.5)
    print(f"{name:42} {len(delays):6} {p50:8.1f} {rig.percentile(delays, 0.05):8.1f} {rig.percentile(delays, 0.95):8.1f}", flush=True)
    return p50


def linnet(pulse, profile, rendition, clicks):
    server = rig.Linnet("clicks=mic:clicks.monitor", "--live", env=pulse.environment)
    player = pulse.start(rig.LINNET, "play", server.url(f"clicks/{rendition}"), "--profile", profile, "--transport", "udp", "--output", "pulse:heard", "--stats", "json",
                         stdout=subprocess.DEVNULL)
    return measure(f"Linnet {profile}, {rendition}", pulse, [server.process, player], clicks)


def gstreamer(pulse, clicks):
    rtp, rtcp = rig.port_pair()
    port = rtp.getsockname()[1]
    rtp.close(), rtcp.close()
    player = pulse.start(
        "gst-launch-1.0", "-q", "udpsrc", f"port={port}", f"caps=application/x-rtp,media=audio,clock-rate={RATE},encoding-name=L16,channels=2,payload=96", "!",
        "rtpjitterbuffer", "latency=20", "!", "rtpL16depay", "!", "audioconvert", "!", "pulsesink", "device=heard", "buffer-time=20000", "latency-time=5000")
    sender = pulse.start(
        "gst-launch-1.0", "-q", "pulsesrc", "device=clicks.monitor", "buffer-time=20000", "latency-time=5000", "!", f"audio/x-raw,rate={RATE},channels=2", "!", "audioconvert", "!",
        "rtpL16pay", "min-ptime=5000000", "max-ptime=5000000", "!", "udpsink", "host=127.0.0.1", f"port={port}", "sync=false")
    return measure("GStreamer L16 5 ms, jitter buffer 20 ms", pulse, [player, sender], clicks)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--clicks", type=int, default=60)
    given = options.parse_args()
    pulse = Pulse()
    try:
        print(f"{'path, click in to click out':42} {'clicks':>6} {'p50 ms':>8} {'p5':>8} {'p95':>8}")
        gst = gstreamer(pulse, given.clicks)
        low = linnet(pulse, "low-latency", "pcm", given.clicks)
        linnet(pulse, "low-latency", "opus-5ms", given.clicks)
        linnet(pulse, "balanced", "opus", given.clicks)
        again = gstreamer(pulse, given.clicks)
        print(f"\nLinnet low-latency (pcm) against GStreamer's pipeline in this run: ×{low / ((gst + again) / 2):.2f}")
    finally:
        rig.stop(pulse.process)


if __name__ == "__main__":
    main()
