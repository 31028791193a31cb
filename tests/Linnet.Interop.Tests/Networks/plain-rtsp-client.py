# Usage: plain-rtsp-client.py HOST PORT PATH SECONDS
# The least that RTSP asks of a client, over UDP. Knows nothing of repair. Prints what came: packets, missing, payload types, sources.
import re, select, socket, struct, sys, time

host, port, path, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
control = socket.create_connection((host, port), timeout=60)
answers = control.makefile("rb")
cseq = 0


def ask(method, url, *headers):
    global cseq
    cseq += 1
    control.sendall("\r\n".join([f"{method} {url} RTSP/1.0", f"CSeq: {cseq}", *headers, "", ""]).encode())
    status = answers.readline().decode()
    assert " 200 " in status, status
    fields = {}
    while (line := answers.readline().decode().strip()):
        name, value = line.split(":", 1)
        fields[name.lower()] = value.strip()
    return fields, answers.read(int(fields.get("content-length", 0))).decode()


rtp, rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for even in range(20000, 30000, 2):
    try:
        rtp.bind(("", even))
        rtcp.bind(("", even + 1))
        break
    except OSError:
        rtp.close()
        rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

url = f"rtsp://{host}:{port}/{path}"
_, sdp = ask("DESCRIBE", url, "Accept: application/sdp")
track = re.findall(r"^a=control:(rtsp://\S+)", sdp, re.M)[-1]
setup, _ = ask("SETUP", track, f"Transport: RTP/AVP;unicast;client_port={even}-{even + 1}")
session = setup["session"].split(";")[0]
ask("PLAY", url, f"Session: {session}", "Range: npt=now-")

numbers, types, sources, end = [], set(), set(), time.monotonic() + seconds
while (left := end - time.monotonic()) > 0:
    for ready in select.select([rtp, rtcp], [], [], left)[0]:
        datagram = ready.recv(2048)
        if ready is rtp:
            first, kind, number, _, source = struct.unpack("!BBHII", datagram[:12])
            numbers.append(number)
            types.add(kind & 127)
            sources.add(source)

ask("TEARDOWN", url, f"Session: {session}")
span = (numbers[-1] - numbers[0] & 0xFFFF) + 1
print(f"packets {len(numbers)} missing {span - len(set(numbers))} types {len(types)} sources {len(sources)}")
print("offer " + re.search(r"^m=audio .*$", sdp, re.M).group(0).strip())
