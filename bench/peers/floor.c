/* The limits of the machine itself, for comparison. Built by the scripts in this folder with `cc -O2 -pthread -o floor floor.c`.
 *
 *   floor pace PORT SECONDS PERIOD_US BYTES           one datagram per period to 127.0.0.1:PORT, each at its absolute time
 *   floor fan COUNT SECONDS PERIOD_US BYTES           the same to COUNT ports, read from standard input, by sendmmsg; prints the CPU time it took
 *   floor probe SECONDS                                prints when a SCHED_FIFO thread woke late, because the machine was late
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, RATE = 48000 };

static int64_t now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void wait_until(int64_t instant)
{
    struct timespec t = { instant / 1000000000LL, instant % 1000000000LL };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
        ;
}

static void write_header(uint8_t *packet, uint32_t number, int64_t period_ns)
{
    uint32_t timestamp = (uint32_t)(number * period_ns * RATE / 1000000000LL);
    uint8_t header[12] = { 0x80, 96, number >> 8, number, timestamp >> 24, timestamp >> 16, timestamp >> 8, timestamp, 1, 2, 3, 4 };
    memcpy(packet, header, sizeof header);
}

static int send_all(const int *ports, int count, int seconds, int period_us, int bytes)
{
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    uint8_t *packet = calloc(1, bytes);
    struct sockaddr_in *to = calloc(count, sizeof *to);
    struct mmsghdr *messages = calloc(count, sizeof *messages);
    struct iovec io = { packet, bytes };
    for (int i = 0; i < count; i++) {
        to[i].sin_family = AF_INET;
        to[i].sin_port = htons(ports[i]);
        to[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        messages[i].msg_hdr = (struct msghdr){ .msg_name = &to[i], .msg_namelen = sizeof to[i], .msg_iov = &io, .msg_iovlen = 1 };
    }

    prctl(PR_SET_TIMERSLACK, 1000);
    int64_t period = period_us * 1000LL, start = now(CLOCK_MONOTONIC) + 50000000LL;
    for (uint32_t n = 0; n * period < seconds * 1000000000LL; n++) {
        wait_until(start + n * period);
        write_header(packet, n, period);
        for (int i = 0; i < count;) {
            int sent = sendmmsg(s, messages + i, count - i < BATCH ? count - i : BATCH, 0);
            i += sent > 0 ? sent : 1;
        }
    }

    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("%.6f\n", used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
    return 0;
}

static int probe(int seconds)
{
    struct sched_param most = { .sched_priority = 50 };
    if (sched_setscheduler(0, SCHED_FIFO, &most) != 0)
        fprintf(stderr, "floor: without SCHED_FIFO the probe also tells of other programs; run as root.\n");
    prctl(PR_SET_TIMERSLACK, 1);
    int64_t start = now(CLOCK_MONOTONIC), next = start;
    while (next < start + seconds * 1000000000LL) {
        next += 500000;
        wait_until(next);
        int64_t late = now(CLOCK_MONOTONIC) - next;
        if (late > 100000) {
            int64_t wall = now(CLOCK_REALTIME);
            printf("%lld %lld\n", (long long)(wall - late), (long long)wall);
            next += late;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 6 && strcmp(argv[1], "pace") == 0) {
        int port = atoi(argv[2]);
        return send_all(&port, 1, atoi(argv[3]), atoi(argv[4]), atoi(argv[5]));
    }
    if (argc == 6 && strcmp(argv[1], "fan") == 0) {
        int count = atoi(argv[2]), *ports = calloc(count, sizeof *ports);
        for (int i = 0; i < count && scanf("%d", &ports[i]) == 1; i++)
            ;
        return send_all(ports, count, atoi(argv[3]), atoi(argv[4]), atoi(argv[5]));
    }
    if (argc == 3 && strcmp(argv[1], "probe") == 0)
        return probe(atoi(argv[2]));
    fprintf(stderr, "floor: pace PORT SECONDS PERIOD_US BYTES | fan COUNT SECONDS PERIOD_US BYTES | probe SECONDS\n");
    return 2;
}
