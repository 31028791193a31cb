/* The minimal work of a server of HTTP listeners, for the scripts in this folder: cc -O2 -o radio_floor radio_floor.c
 *
 *   radio_floor PORT WRITES BYTES      accepts on 127.0.0.1:PORT and answers any request with a head; then each connection gets BYTES a second in
 *                                      WRITES non-blocking writes a second, the connections spread over the time between two writes in steps of 20 ms,
 *                                      each step at its absolute time. Bytes that a socket does not accept are not sent. What a client sends later is answered
 *                                      with 90 bytes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 16, STEP_MS = 20, STEPS_MOST = 500 };

static int bucket[STEPS_MOST][MOST / 8], in_bucket[STEPS_MOST], bucket_of[MOST];

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void leave(int fd, int steps)
{
    for (int s = 0; s < steps; s++)
        for (int i = 0; bucket_of[fd] == s + 1 && i < in_bucket[s]; i++)
            if (bucket[s][i] == fd)
                bucket[s][i] = bucket[s][--in_bucket[s]];
    bucket_of[fd] = 0;
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "radio_floor: PORT WRITES BYTES\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    double writes = atof(argv[2]);
    int steps = (int)(1000 / writes / STEP_MS + 0.5), length = (int)(atoi(argv[3]) * steps * STEP_MS / 1000), one = 1, next = 0;
    if (steps < 1 || steps > STEPS_MOST)
        return 2;
    char *sound = calloc(1, length);
    static const char head[] = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\nCache-Control: no-cache\r\n\r\n";

    int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (bind(listening, (struct sockaddr *)&at, sizeof at) != 0 || listen(listening, 4096) != 0) {
        perror("radio_floor");
        return 1;
    }
    int poll = epoll_create1(0);
    struct epoll_event e = { .events = EPOLLIN, .data.fd = listening }, events[256];
    epoll_ctl(poll, EPOLL_CTL_ADD, listening, &e);

    int64_t start = now();
    for (int64_t step = 0;; step++) {
        for (int64_t left; (left = start + step * STEP_MS * 1000000LL - now()) > 0;) {
            struct timespec timeout = { 0, left };
            int n = epoll_pwait2(poll, events, 256, &timeout, NULL);
            for (int i = 0; i < n; i++) {
                int fd = events[i].data.fd;
                if (fd == listening) {
                    while ((fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                        // As the servers do: else a write would wait until the last one is acknowledged, and go out with the next.
                        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                        e.data.fd = fd;
                        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &e);
                    }
                    continue;
                }
                char request[4096];
                if (recv(fd, request, sizeof request, 0) <= 0)
                    leave(fd, steps);
                else if (bucket_of[fd] == 0) {
                    send(fd, head, sizeof head - 1, MSG_NOSIGNAL);
                    int s = next++ % steps;
                    bucket[s][in_bucket[s]++] = fd;
                    bucket_of[fd] = s + 1;
                }
                else
                    send(fd, sound, length < 90 ? length : 90, MSG_NOSIGNAL);
            }
        }
        int s = step % steps;
        for (int i = 0; i < in_bucket[s]; i++)
            send(bucket[s][i], sound, length, MSG_NOSIGNAL);
    }
}
