#!/usr/bin/env python3
"""Click to ear: from a sound card's input through a server to the sound that a browser plays.

    python3 bench/peers/click_to_ear.py [--clicks 12] [--snapserver PROGRAM --snapclient PROGRAM [--snapweb FOLDER]]

As latency.py: clicks are played into one PulseAudio null sink, whose monitor is the server's source; Chromium (headless) plays into another. Both monitors are recorded in
the same way, so the result is the path alone, the browser's own buffer and PulseAudio's included. The page's player runs with each profile, on a page where the browser has
WebCodecs and AudioWorklet (127.0.0.1), and on one where it has neither (http://linnet.test). "page" is the same click as the page sees it in the sound that it renders, by
AudioContext.getOutputTimestamp; "shown" is the latency that the player shows, which begins when the sound is due at the server. Beside them, in the same run: `linnet play`, and
Snapcast's server with its own client and with Snapweb in Chromium, if they are given. FOLDER is a built Snapweb.
"""
import argparse
import http.server
import json
import os
import shutil
import subprocess
import threading
import time
import urllib.parse

import latency
import rig

PERIOD = latency.PERIOD = 2.5
FAR = "linnet.test"


class Site:
    """Serves the page, and takes what it reports."""

    def __init__(self):
        site = self
        self.reports = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                with open(os.path.join(rig.HERE, "click_to_ear.html"), "rb") as f:
                    body = f.read()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                site.reports.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait(self, seconds=30):
        end = time.monotonic() + seconds
        while not self.reports:
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True


class Browser:
    def __init__(self, pulse, url):
        self.profile = os.path.join(rig.WORK, "chromium")
        flags = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                 "--disable-features=HttpsUpgrades", "--autoplay-policy=no-user-gesture-required", f"--host-resolver-rules=MAP {FAR} 127.0.0.1", f"--user-data-dir={self.profile}")
        self.process = pulse.start("chromium", *flags, url, stdout=subprocess.DEVNULL)

    def stop(self):
        rig.stop(self.process)
        shutil.rmtree(self.profile, ignore_errors=True)


def clicks(pulse, count):
    """When clicks went into the source and when they were heard, in pairs."""
    before, after = latency.Recorder(pulse, "clicks"), latency.Recorder(pulse, "heard")
    time.sleep(1)
    latency.clicks_into(pulse, count + 2)
    time.sleep(2)
    before.stop(), after.stop()
    return [(at, next((x for x in after.clicks if 0 <= x - at < PERIOD * 0.9), None)) for at in before.clicks[2:]]


def show(name, pairs, more=""):
    delays = [(heard - at) * 1000 for at, heard in pairs if heard is not None]
    print(f"{name:42} {len(delays):6} {rig.percentile(delays, 0.5):8.0f} {rig.percentile(delays, 0.05):6.0f} {rig.percentile(delays, 0.95):6.0f} {more}", flush=True)


def page(pulse, port, profile, path, count):
    site = Site()
    host = FAR if path == "pcm" else "127.0.0.1"
    query = urllib.parse.urlencode({"server": f"http://{host}:{port}/", "profile": profile, "path": "auto"})
    browser = Browser(pulse, f"http://{host}:{site.port}/?{query}")
    try:
        if not site.wait() or site.reports[0]["playing"] != path:
            print(f"{path}, {profile}: the page does not play so: {site.reports[:1]}")
            return
        time.sleep(5)
        site.reports.clear()
        pairs = clicks(pulse, count)
        offset = time.time() - time.monotonic()
        seen = [next((r["heardAt"] / 1000 - offset - at for r in site.reports if 0 <= r["heardAt"] / 1000 - offset - at < PERIOD * 0.9), None) for at, _ in pairs]
        shown = [r["latency"] for r in site.reports if r.get("latency")]
        show(f"page, {path}, {profile}", pairs,
             f"{rig.percentile([s * 1000 for s in seen if s is not None], 0.5):7.0f} {rig.percentile(shown, 0.5):7.0f} {rig.percentile([r['delay'] for r in site.reports], 0.5):7.0f}"
             f" {sum(r['concealed'] for r in site.reports[-1:]):10.0f}")
    finally:
        browser.stop()


def player(pulse, rtsp, profile, count):
    process = pulse.start(rig.LINNET, "play", f"rtsp://127.0.0.1:{rtsp}/clicks", "--profile", profile, "--output", "pulse:heard", "--stats", "json", stdout=subprocess.DEVNULL)
    time.sleep(5)
    show(f"linnet play, {profile}", clicks(pulse, count))
    rig.stop(process)


def clicking(folder):
    """A copy of Snapweb that begins to play by itself."""
    copy = os.path.join(rig.WORK, "snapweb")
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    with open(os.path.join(copy, "index.html"), "a") as f:
        f.write("<script>setTimeout(() => [...document.querySelectorAll('header button')].at(-1).click(), 5000)</script>")
    return copy


def snapcast(pulse, given):
    site_folder = clicking(given.snapweb) if given.snapweb else rig.WORK
    stream, control, site = rig.free_port(), rig.free_port(), rig.free_port()
    for buffer in (1000, 400):
        path = os.path.join(rig.WORK, "snapserver.conf")
        with open(path, "w") as f:
            f.write(f"[server]\ndatadir = {rig.WORK}\n[http]\nenabled = true\nbind_to_address = 127.0.0.1\nport = {site}\ndoc_root = {site_folder}\n[tcp]\nbind_to_address = 127.0.0.1\nport = {control}\n[stream]\nbind_to_address = 127.0.0.1\n"
                    f"port = {stream}\n"
                    f"source = process:///usr/bin/parec?name=clicks&sampleformat=48000:16:2&params=--device=clicks.monitor --raw --format=s16le --rate=48000 --latency-msec=10\n"
                    f"buffer = {buffer}\nchunk_ms = 20\ncodec = opus\n")
        server = pulse.start(given.snapserver, "-c", path, stdout=subprocess.DEVNULL)
        time.sleep(2)
        client = pulse.start(given.snapclient, "-h", "127.0.0.1", "-p", stream, "--player", "pulse", "--soundcard", "heard", stdout=subprocess.DEVNULL)
        time.sleep(5)
        show(f"snapclient, buffer of {buffer} ms", clicks(pulse, given.clicks))
        rig.stop(client)
        if given.snapweb:
            browser = Browser(pulse, f"http://127.0.0.1:{site}/")
            time.sleep(10)
            show(f"Snapweb, buffer of {buffer} ms", clicks(pulse, given.clicks))
            browser.stop()
        rig.stop(server)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--clicks", type=int, default=12)
    options.add_argument("--snapserver", default=shutil.which("snapserver"))
    options.add_argument("--snapclient", default=shutil.which("snapclient"))
    options.add_argument("--snapweb", help="the folder of a built Snapweb")
    options.add_argument("--only", nargs="+", default=["page", "play", "snapcast"])
    given = options.parse_args()
    pulse = latency.Pulse()
    server = None
    try:
        subprocess.run(["pactl", "set-default-sink", "heard"], env=pulse.environment, check=True)
        http_port, rtsp = rig.free_port(), rig.free_port()
        server = pulse.start(rig.LINNET, "serve", "clicks=mic:clicks.monitor", "--live", "--bind", "127.0.0.1", "--rtsp-port", rtsp, "--rtp-port", "0", "--http-port", http_port,
                             stdout=subprocess.DEVNULL)
        time.sleep(3)
        print(f"load {os.getloadavg()[0]:.1f}")
        print(f"{'click in to click out, ms':42} {'clicks':>6} {'p50':>8} {'p5':>6} {'p95':>6} {'page':>7} {'shown':>7} {'buffer':>7} {'concealed':>10}")
        profiles = ("low-latency", "balanced", "robust")
        if "page" in given.only:
            for path in ("webcodecs", "pcm"):
                for profile in profiles:
                    page(pulse, http_port, profile, path, given.clicks)
        if "play" in given.only:
            for profile in profiles:
                player(pulse, rtsp, profile, given.clicks)
        if "snapcast" in given.only and given.snapserver and given.snapclient:
            snapcast(pulse, given)
    finally:
        if server is not None:
            rig.stop(server)
        rig.stop(pulse.process)


if __name__ == "__main__":
    main()
