/* One listener of radio_load.c: how it connects, sends its request, reads and leaves; and the probe that detects when the machine was late. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>
#include <openssl/ssl.h>
#include "radio_check.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
enum { GROUPS = 64, LATE = 4096, MS = 1000000, STATUSES = 600 };
enum does { LISTEN, STALL, CRAWL, MUTE, HALF };
enum state { FREE, CONNECTING, SHAKING, ASKED, SOUNDING };

struct listener {
    int fd, status, head;
    enum state state;
    struct group *group;
    SSL *tls;
    int64_t began, first, last, ends_at, gap, quiet_gap, bytes, sound, sounded, lowest;
    int8_t first_quiet, stalled, tail;
    char line[16];
    struct check check;
};

struct group {
    char name[32], path[128];
    int count, asked, few, buffer, rate, again, tls;
    double per_second;
    int64_t begin, life;
    enum format format;
    enum does does;
    int resets;
    struct listener *all;
    struct order *known;
    int64_t answered, refused, status[STATUSES], left, reset_by_us, closed_by_peer, reset_by_peer, never_connected, ended_units, ended_skips, ended_skipped, ended_broken;
};

static struct group groups[GROUPS];
static int group_count, epoll_fd, addresses;
static SSL_CTX *tls_context;
static struct sockaddr_in server;
static int64_t marked, late_pass, cpu_marked, next_life;
static int64_t late[LATE][2];
static int late_count;

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000LL + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000LL;
}

static void *probe(void *unused)
{
    struct sched_param most = { .sched_priority = 50 };
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &most);
    prctl(PR_SET_TIMERSLACK, 1);
    for (int64_t next = now();; ) {
        next += MS;
        struct timespec t = { next / 1000000000LL, next % 1000000000LL };
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
            ;
        int64_t woke = now();
        if (woke - next > 5 * MS) {
            int n = __atomic_load_n(&late_count, __ATOMIC_RELAXED);
            late[n % LATE][0] = next, late[n % LATE][1] = woke;
            __atomic_store_n(&late_count, n + 1, __ATOMIC_RELEASE);
            next = woke;
        }
    }
    return unused;
}

static int was_quiet(int64_t from, int64_t to)
{
    int n = __atomic_load_n(&late_count, __ATOMIC_ACQUIRE);
    for (int i = n - 1; i >= 0 && i > n - LATE && late[i % LATE][1] >= from; i--)
        if (late[i % LATE][0] <= to)
            return 0;
    return 1;
}

static void begin(struct listener *l, int64_t at)
{
    struct group *g = l->group;
    *l = (struct listener){ .group = g, .began = at, .last = at, .lowest = INT64_MAX };
    if (g->life > 0)
        l->ends_at = at + g->life / 2 + (int64_t)(drand48() * g->life);
    int number = addresses++, one = 1;
    struct sockaddr_in mine = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7F010001 + (number / g->few) % 0xFEFF) };
    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(l->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (g->buffer > 0)
        setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &g->buffer, sizeof g->buffer);
    if (l->fd < 0 || bind(l->fd, (struct sockaddr *)&mine, sizeof mine) != 0
        || (connect(l->fd, (struct sockaddr *)&server, sizeof server) != 0 && errno != EINPROGRESS)) {
        perror("radio_load");
        g->never_connected++;
        if (l->fd >= 0)
            close(l->fd);
        return;
    }
    l->state = CONNECTING;
    struct epoll_event e = { .events = EPOLLOUT, .data.ptr = l };
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, l->fd, &e);
}

static void end(struct listener *l, int64_t *why)
{
    (*why)++;
    struct group *g = l->group;
    g->ended_units += l->check.units, g->ended_skips += l->check.skips, g->ended_skipped += l->check.skipped, g->ended_broken += l->check.broken;
    SSL_free(l->tls);
    l->tls = NULL;
    close(l->fd);
    l->state = FREE;
    l->ends_at = g->again ? now() + (int64_t)(drand48() * 500 * MS) : 0;
}

static void go(struct listener *l)
{
    struct group *g = l->group;
    if (g->resets) {
        struct linger hard = { 1, 0 };
        setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
    end(l, g->resets ? &g->reset_by_us : &g->left);
}

static void watch(struct listener *l, uint32_t events)
{
    struct epoll_event e = { .events = events, .data.ptr = l };
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, l->fd, &e);
}

/* Continues the TLS handshake. Certificates are not checked: the servers are our own. */
static int is_shaken(struct listener *l)
{
    if (l->tls == NULL) {
        l->tls = SSL_new(tls_context);
        SSL_set_fd(l->tls, l->fd);
        l->state = SHAKING;
    }
    int result = SSL_connect(l->tls);
    if (result == 1)
        return 1;
    int why = SSL_get_error(l->tls, result);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE)
        watch(l, why == SSL_ERROR_WANT_READ ? EPOLLIN : EPOLLOUT);
    else
        end(l, &l->group->reset_by_peer);
    return 0;
}

static void ask(struct listener *l)
{
    struct group *g = l->group;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        end(l, &g->never_connected);
        return;
    }
    if (g->tls && !is_shaken(l))
        return;
    char request[256];
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: radio_load\r\n%s", g->path, g->does == MUTE ? "" : "\r\n");
    if ((g->tls ? SSL_write(l->tls, request, n) : send(l->fd, request, n, MSG_NOSIGNAL)) != n) {
        end(l, &g->reset_by_peer);
        return;
    }
    if (g->does == HALF)
        shutdown(l->fd, SHUT_WR);
    l->state = ASKED;
    watch(l, EPOLLIN);
}

/* As recv. TLS may hold bytes that epoll does not see, so all that is there is read. */
static int receive(struct listener *l, uint8_t *bytes, int most)
{
    if (l->tls == NULL)
        return (int)recv(l->fd, bytes, most, 0);
    int held = 0, n;
    while (held < most && (n = SSL_read(l->tls, bytes + held, most - held)) > 0)
        held += n;
    if (held > 0)
        return held;
    int why = SSL_get_error(l->tls, n);
    errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
    return why == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

/* The head ends at an empty line; audio follows. */
static int take_head(struct listener *l, const char *bytes, int n)
{
    for (int i = 0; i < n; i++) {
        if (l->head < (int)sizeof l->line)
            l->line[l->head] = bytes[i];
        l->head++;
        l->tail = bytes[i] == '\n' ? l->tail + 1 : bytes[i] == '\r' ? l->tail : 0;
        if (l->tail == 2) {
            l->status = atoi(l->line + 9);
            l->status = l->status < 100 || l->status >= STATUSES ? 0 : l->status;
            struct group *g = l->group;
            g->status[l->status]++;
            *(l->status == 200 ? &g->answered : &g->refused) += 1;
            l->state = SOUNDING;
            return i + 1;
        }
    }
    return n;
}

static void take(struct listener *l, int64_t at)
{
    static uint8_t bytes[256 * 1024];
    struct group *g = l->group;
    int most = l->state == SOUNDING && g->does == CRAWL ? 50 : (int)sizeof bytes;
    int n = receive(l, bytes, most);
    if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR))
            end(l, n == 0 ? &g->closed_by_peer : &g->reset_by_peer);
        return;
    }
    if (l->first == 0) {
        l->first = at;
        l->first_quiet = was_quiet(l->began, at);
    }
    int64_t gap = at - l->last;
    if (l->state == SOUNDING && gap > l->gap) {
        l->gap = gap;
        if (gap > l->quiet_gap && was_quiet(l->last, at))
            l->quiet_gap = gap;
    }
    else if (l->state == SOUNDING && gap > l->quiet_gap && was_quiet(l->last, at))
        l->quiet_gap = gap;
    l->last = at;
    l->bytes += n;
    int skip = l->state == SOUNDING ? 0 : take_head(l, (char *)bytes, n);
    if (n > skip && l->status == 200) {
        if (g->rate > 0) {
            l->sounded = l->sounded == 0 ? at : l->sounded;
            int64_t level = l->sound * 1000 / g->rate * MS - (at - l->sounded);
            /* A player starts with the burst of the first half second. */
            if (at - l->sounded > 500 * MS && level < l->lowest)
                l->lowest = level;
        }
        l->sound += n - skip;
        if (g->format != PLAIN)
            check_bytes(&l->check, g->format, g->known, bytes + skip, n - skip);
    }
    if ((g->does == STALL && l->state == SOUNDING) || g->does == CRAWL) {
        watch(l, EPOLLRDHUP);
        l->stalled = 1;
    }
}

/* Ten times a second: listeners whose time is up leave, others replace them, crawlers may read again. */
static void live(int64_t at)
{
    next_life = at + 100 * MS;
    for (struct group *g = groups; g < groups + group_count; g++) {
        if (g->life == 0 && !g->again && g->does != CRAWL)
            continue;
        for (struct listener *l = g->all; l < g->all + g->asked; l++) {
            if (l->ends_at > 0 && at >= l->ends_at) {
                if (l->state != FREE)
                    go(l);
                else
                    begin(l, at);
            }
            else if (g->does == CRAWL && l->stalled && l->state != FREE)
                watch(l, EPOLLIN);
        }
    }
}
