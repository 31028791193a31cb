#!/usr/bin/env python3
"""The cost of an HTTP listener, and how listeners fare in a crowd: Linnet, Icecast and a bare C loop that does Linnet's writes, in one run.

    python3 bench/peers/radio.py [--seconds 20] [--crowd 1000 5000] [--storm 10000 --storm-rate 1000 3000] [--only Linnet Icecast floor Linnet-TLS Icecast-TLS] [--forms mp3 ogg]

CPU is the user and system time of the server's whole process, in % of a core; "per 1000" is the slope between the crowds, "with all" the total of the larger crowd
(for Linnet that includes encoding). Memory is the slope of the process's resident memory between the crowds. A gap is the time between two reads
that returned audio; the lowest level is the least that a player that started with the first byte had left (below 0 it went silent). "Quiet" figures leave out moments at
which the machine itself was late by more than 5 ms. Each listener's frames or pages are compared with those of all others: "skips" must be 0.
The storm arrives while 2000 are already listening. Over TLS, Icecast is behind nginx:

    python3 bench/peers/radio.py --only Linnet Linnet-TLS Icecast-TLS --forms mp3 --crowd 1 1000 2000 --storm 2000 --storm-rate 200
"""
import argparse
import json
import os
import time

import rig
from radio_servers import BYTES, Floor, Icecast, IcecastTls, Linnet, LinnetTls, Load


def crowd(server, form, sizes, seconds, ramp):
    """The rows of one server and format: one for each size."""
    load = Load(server)
    kind = f"format={'plain' if isinstance(server, Floor) else form}"
    load.order("join", "first", 1, 1, server.path(form), kind, f"rate={BYTES}", f"tls={server.tls}")
    load.wait("first", 10)
    time.sleep(5)
    rows, there = [], 1
    for size in sizes:
        if size > there:
            load.order("join", f"to{size}", size - there, ramp, server.path(form), kind, f"rate={BYTES}", f"tls={server.tls}")
            load.wait(f"to{size}", 120)
            there = size
            time.sleep(6)
        load.order("mark")
        cpu = server.cpu_seconds()
        time.sleep(seconds)
        groups = load.report()
        cpu = server.cpu_seconds() - cpu
        own = groups.pop("")
        held = [g for g in groups.values() if "gap_ms" in g]
        row = {"server": server.name, "form": form, "size": size, "held": sum(g["sounding"] for g in held), "cpu": cpu / own["seconds"] * 100, "kb": server.memory_kb(),
               "gap": max(g["gap_ms"]["max"] for g in held), "quiet": max(g["quiet_gap_ms"]["max"] for g in held),
               "level": min((g["lowest_level_ms"]["min"] for g in held if "lowest_level_ms" in g), default=0), "skips": sum(g["skips"] for g in held),
               "broken": sum(g["broken"] for g in held), "client": own["cpu_s"] / own["seconds"] * 100, "late": own["machine_late"]["max_ms"], "pass": own["late_pass_ms"]}
        rows.append(row)
        print(f"{row['server']:12} {form:4} {size:6} {row['held']:6} {row['cpu']:8.1f} {row['kb']:9.0f} {row['gap']:8.0f} {row['quiet']:8.0f} {row['level']:8.0f} {row['skips']:6}"
              f" {row['broken']:6} {row['client']:8.1f} {row['pass']:8.1f} {row['late']:8.1f}", flush=True)
    load.stop()
    return rows


def storm(server, form, arrivals, rate, there=2000):
    load = Load(server)
    load.order("join", "first", 1, 1, server.path(form), f"format={form}", f"rate={BYTES}", f"tls={server.tls}")
    time.sleep(5)
    load.order("join", "there", there, 500, server.path(form), f"format={form}", f"rate={BYTES}", f"tls={server.tls}")
    load.wait("there", 60)
    time.sleep(4)
    load.order("mark")
    cpu = server.cpu_seconds()
    load.order("join", "storm", arrivals, rate, server.path(form), f"format={form}", f"rate={BYTES}", f"tls={server.tls}")
    load.wait("storm", 30)
    time.sleep(3)
    groups = load.report()
    cpu = server.cpu_seconds() - cpu
    load.stop()
    own, old, new = groups[""], groups["there"], groups["storm"]
    first = new.get("first_byte_ms", {"p50": 0, "p99": 0, "max": 0})
    quiet = new.get("first_byte_quiet_ms", first)
    print(f"{server.name:12} {form:4} {rate:6} {new['answered']:6} {first['p50']:8.1f} {first['p99']:8.1f} {first['max']:8.1f} {quiet['p99']:8.1f} {old['gap_ms']['max']:8.0f}"
          f" {old['quiet_gap_ms']['max']:8.0f} {old['lowest_level_ms']['min']:8.0f} {old['skips'] + new['skips']:6} {old['broken'] + new['broken']:6} {cpu:8.2f}"
          f" {own['machine_late']['max_ms']:8.1f}", flush=True)
    if new["never_connected"] or new["closed_by_peer"] or new["reset_by_peer"] or new["refused"] or old["sounding"] != old["asked"]:
        print("   ", json.dumps({k: new[k] for k in ("status", "never_connected", "closed_by_peer", "reset_by_peer", "open", "sounding")}), f"of those there {old['sounding']} are left")


def slope(rows, key):
    few, many = rows[0], rows[-1]
    return (many[key] - few[key]) / (many["held"] - few["held"])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=int, default=20)
    options.add_argument("--crowd", type=int, nargs="*", default=[1, 1000, 5000])
    options.add_argument("--ramp", type=int, default=200, help="arrivals a second while a crowd gathers: more than some can answer is the storm's matter")
    options.add_argument("--forms", nargs="+", default=["mp3", "ogg"])
    options.add_argument("--only", nargs="+", default=["floor", "Linnet", "Icecast"])
    options.add_argument("--writes", type=float, default=2, help="of the C loop, a second")
    options.add_argument("--icecast-page-ms", type=int, default=20, help="sound in each Ogg page that Icecast is pushed; ffmpeg's own default is 1000")
    options.add_argument("--storm", type=int, default=10000, help="0: none")
    options.add_argument("--storm-rate", type=int, nargs="*", default=[1000, 3000])
    options.add_argument("--real-time", action="store_true", help="all that is measured, the client included, goes before other work on the machine (SCHED_RR; root)")
    given = options.parse_args()
    rig.raise_file_limit()
    if given.real_time:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    servers = {"floor": lambda form: Floor(given.writes), "Linnet": lambda form: Linnet(*LIMITS), "Icecast": lambda form: Icecast(form, page_ms=given.icecast_page_ms),
               "Linnet-TLS": lambda form: LinnetTls(*LIMITS), "Icecast-TLS": lambda form: IcecastTls(form, page_ms=given.icecast_page_ms)}
    sums = []
    if given.crowd:
        print(f"{'server':12} {'form':4} {'asked':>6} {'held':>6} {'CPU %':>8} {'memory kB':>9} {'gap ms':>8} {'quiet':>8} {'level ms':>8} {'skips':>6} {'broken':>6} {'client %':>8}"
              f" {'pass ms':>8} {'late ms':>8}")
        for form in given.forms:
            for name in given.only:
                server = servers[name](form)
                rows = crowd(server, form, given.crowd, given.seconds, given.ramp)
                server.stop()
                sums.append((rows[1:] if len(rows) > 2 else rows, form))
    if given.storm:
        print(f"\n{'storm':12} {'form':4} {'a s':>6} {'answ.':>6} {'p50 ms':>8} {'p99':>8} {'max':>8} {'quiet 99':>8} {'gap ms':>8} {'quiet':>8} {'level ms':>8} {'skips':>6} {'broken':>6}"
              f" {'CPU s':>8} {'late ms':>8}")
        for name in [n for n in given.only if n != "floor"]:
            for rate in given.storm_rate:
                server = servers[name](given.forms[0])
                storm(server, given.forms[0], given.storm, rate)
                server.stop()
    if sums and len(sums[0][0]) > 1:
        print(f"\n{'':12} {'form':4} {'% per 1000, slope':>18} {'% per 1000, with all':>21} {'kB per listener':>16} {'× the C loop':>12}")
        for rows, form in sums:
            least = next((slope(r, "cpu") for r, f in sums if f == form and r[0]["server"] == Floor.name), None)
            beside = f"{slope(rows, 'cpu') / least:12.2f}" if least else ""
            print(f"{rows[0]['server']:12} {form:4} {slope(rows, 'cpu') * 1000:18.2f} {rows[-1]['cpu'] / rows[-1]['held'] * 1000:21.2f} {slope(rows, 'kb'):16.2f} {beside}")


LIMITS = ("--max-listeners", 30000)

if __name__ == "__main__":
    main()
