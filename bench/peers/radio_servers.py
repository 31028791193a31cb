"""Radio servers on loopback, each with its source: Linnet, Icecast and the bare C loop; and the listeners of radio_load.c."""

import json
import os
import socket
import subprocess
import threading
import time

import rig

BYTES = 16_000  # 128 kb/s
# It never repeats, so that no two frames or pages are the same.
SOUND = "anoisesrc=c=pink:r=48000:a=0.3:d=120:seed=7[a];sine=f=330:r=48000:d=120[b];[a][b]amix,aformat=channel_layouts=stereo"


class Server:
    """What all have; the process is started by each."""

    tls = 0

    def cpu_seconds(self):
        return rig.cpu_seconds(self.process.pid)

    def memory_kb(self):
        return rig.memory_kb(self.process.pid)


class Linnet(Server):
    """`linnet serve` of a file in a loop; the rendition asked for is encoded while there is a listener."""

    name = "Linnet"

    def __init__(self, *arguments, rtsp=0, **options):
        self.port = rig.free_port()
        self.process = rig.start(rig.LINNET, "serve", f"radio={wave()}", "--bind", "127.0.0.1", "--rtsp-port", rtsp, "--rtp-port", "0", "--http-port", self.port, *arguments,
                                 **{"stderr": None, **options})
        if "stdout" not in options:
            threading.Thread(target=lambda: [self.told(line) for line in self.process.stdout], daemon=True).start()
        wait_for(self.port, self.process)

    def told(self, line):
        """What it prints."""

    def path(self, form):
        return {"mp3": "/radio.mp3", "ogg": "/radio.opus"}[form]

    def stop(self):
        rig.stop(self.process)


class LinnetTls(Linnet):
    """The same, heard over HTTPS."""

    name = "Linnet TLS"
    tls = 1

    def __init__(self, *arguments, rtsps="off", **options):
        secure = rig.free_port()
        certificate, key = identity()
        super().__init__("--tls", certificate, "--tls-key", key, "--https-port", secure, "--rtsps-port", rtsps, *arguments, **options)
        self.port = secure
        wait_for(self.port, self.process)


class Icecast(Server):
    """Debian's icecast2 with limits out of the way; `ffmpeg -re` pushes it what was encoded before."""

    name = "Icecast"

    def __init__(self, *forms, page_ms=20, log=None, log_level=1, **options):
        self.port = rig.free_port()
        folder = os.path.join(rig.WORK, "icecast")
        os.makedirs(folder, exist_ok=True)
        os.chmod(rig.WORK, 0o755), os.chmod(folder, 0o777)
        config = os.path.join(folder, "icecast.xml")
        with open(config, "w") as f:
            f.write(f"""<icecast><limits><clients>30000</clients><sources>4</sources><queue-size>1000000</queue-size><burst-size>65535</burst-size></limits>
<authentication><source-password>hackme</source-password><admin-user>admin</admin-user><admin-password>hackme</admin-password></authentication>
<hostname>localhost</hostname><listen-socket><port>{self.port}</port><bind-address>127.0.0.1</bind-address></listen-socket><fileserve>0</fileserve>
<paths><basedir>{folder}</basedir><logdir>{log or folder}</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
<logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>{log_level}</loglevel></logging>
<security><chroot>0</chroot><changeowner><user>nobody</user><group>nogroup</group></changeowner></security></icecast>""")
        self.process = rig.start("icecast2", "-c", config, **options)
        wait_for(self.port, self.process)
        self.sources = [rig.start("ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", encoded(form), "-c", "copy", *(["-page_duration", page_ms * 1000] if form == "ogg" else []), "-content_type",
                                  {"mp3": "audio/mpeg", "ogg": "audio/ogg"}[form], "-f", form, f"icecast://source:hackme@127.0.0.1:{self.port}{self.path(form)}") for form in forms]
        time.sleep(4)

    def path(self, form):
        return {"mp3": "/radio.mp3", "ogg": "/radio.opus"}[form]

    def stop(self):
        for process in [*self.sources, self.process]:
            rig.stop(process)


class IcecastTls(Icecast):
    """Icecast behind Debian's nginx, which ends TLS, as its documentation advises. Both are counted."""

    name = "nginx+Icecast"
    tls = 1

    def __init__(self, *forms, **options):
        super().__init__(*forms, **options)
        certificate, key = identity()
        secure, plain, folder = rig.free_port(), self.port, os.path.join(rig.WORK, "nginx")
        os.makedirs(folder, exist_ok=True)
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w") as f:
            f.write(f"""daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; worker_rlimit_nofile 65000;
events {{ worker_connections 30000; }}
http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
server {{ listen 127.0.0.1:{secure} ssl backlog=4096; ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;
location / {{ proxy_pass http://127.0.0.1:{plain}; proxy_buffering off; proxy_read_timeout 1h; }} }} }}""")
        self.front, self.port = rig.start("nginx", "-c", config), secure
        wait_for(self.port, self.front)

    def cpu_seconds(self):
        return super().cpu_seconds() + rig.cpu_seconds(self.front.pid)

    def memory_kb(self):
        return super().memory_kb() + rig.memory_kb(self.front.pid)

    def stop(self):
        rig.stop(self.front)
        super().stop()


class Floor(Server):
    """radio_floor.c: what the writes alone cost."""

    name = "bare C loop"

    def __init__(self, writes):
        self.port = rig.free_port()
        self.process = rig.start(rig.built("radio_floor"), self.port, writes, BYTES)
        wait_for(self.port, self.process)

    def path(self, form):
        return "/"

    def stop(self):
        rig.stop(self.process)


class Load:
    """radio_load.c: orders in, reports out."""

    def __init__(self, server):
        self.process = rig.start(rig.built("radio_load"), server.port, stdin=subprocess.PIPE, stderr=None)

    def order(self, *words):
        self.process.stdin.write((" ".join(map(str, words)) + "\n").encode())
        self.process.stdin.flush()

    def wait(self, group, seconds):
        self.order("wait", group, seconds)
        return json.loads(self.process.stdout.readline())["waited"]

    def report(self):
        """By group; the program's own and the machine's under the empty name."""
        self.order("report")
        groups = {}
        while "" not in groups:
            told = json.loads(self.process.stdout.readline())
            groups[told["group"]] = told
        return groups

    def stop(self):
        self.process.stdin.close()
        rig.stop(self.process)


def wave():
    return made("radio.wav", "-filter_complex", SOUND)


def identity():
    """A certificate for loopback and its key (ECDSA P-256)."""
    certificate, key = (os.path.join(rig.WORK, name) for name in ("certificate.pem", "key.pem"))
    if not os.path.exists(certificate):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    return certificate, key


def encoded(form):
    codec = {"mp3": ["-c:a", "libmp3lame"], "ogg": ["-c:a", "libopus", "-vbr", "off"]}[form]
    return made(f"radio.{form}", "-filter_complex", SOUND, *codec, "-b:a", "128k")


def made(name, *arguments):
    path = os.path.join(rig.WORK, name)
    if not os.path.exists(path):
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *arguments, path], check=True)
    return path


def wait_for(port, process):
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if process.poll() is not None:
                raise SystemExit(f"{process.args[0]} has ended")
            time.sleep(0.1)
    raise SystemExit(f"{process.args[0]} does not listen")
