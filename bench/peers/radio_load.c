/* Many HTTP listeners in one thread, for the scripts in this folder: cc -O2 -pthread -o radio_load radio_load.c -lssl
 *
 *   radio_load PORT                                   reads commands from standard input, one per line; some are answered with a line of JSON
 *     join GROUP COUNT PER_SECOND PATH [KEY=VALUE…]   adds COUNT listeners, which connect at that rate from 127.1.x.y, FEW from each address
 *     mark                                            begins the window for which bytes, gaps, levels and CPU are reported
 *     report                                          prints one line per group, then one for the program and the machine
 *     wait GROUP SECONDS                              waits until all of the group have a response or have ended, at most SECONDS; then prints a line
 *     leave GROUP                                     closes all of the group
 *     quit
 *   Keys of join: format=mp3|ogg|plain (what is checked), rate=BYTES a second (for levels), few=100, buffer=BYTES (receive buffer), tls=0|1,
 *     does=listen|stall|crawl|mute|half, life=MS, ends=leave|reset, again=0|1: what a listener does with the audio, for how long (around MS; 0: always),
 *     how it leaves, and whether another one replaces it. stall: reads only the head; crawl: reads 500 bytes a second; mute: sends half a request;
 *     half: closes its sending side after the request.
 *
 * A gap is the time between two reads that returned bytes. It also counts if it is still open, and in full if it began before the window.
 * First byte is measured from connect(). The level is the buffer of a player that started with the first byte of audio: bytes so
 * far at the given rate, less the time since. "quiet" figures leave out anything that overlaps a moment at which a SCHED_FIFO thread woke more than 5 ms late:
 * the machine was late then. "late_pass_ms" is the longest time of one round over all listeners: the precision of the gaps.
 */
#include "radio_listener.h"

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print_spread(const char *name, int64_t *values, int n, double unit)
{
    if (n == 0)
        return;
    qsort(values, n, sizeof *values, by_size);
    printf(",\"%s\":{\"n\":%d,\"min\":%.1f,\"p1\":%.1f,\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}", name, n, values[0] / unit, values[n / 100] / unit, values[n / 2] / unit,
           values[n - 1 - n / 100] / unit, values[n - 1] / unit);
}

#define SPREAD(name, condition, value, unit)                    \
    do {                                                        \
        int n = 0;                                              \
        for (struct listener *l = g->all; l < g->all + g->asked; l++) \
            if (condition)                                      \
                values[n++] = (value);                          \
        print_spread(name, values, n, unit);                    \
    } while (0)

static void report_group(struct group *g, int64_t at)
{
    int64_t *values = malloc((g->asked + 1) * sizeof *values), units = g->ended_units, skips = g->ended_skips, skipped = g->ended_skipped, broken = g->ended_broken, open = 0, sounding = 0;
    for (struct listener *l = g->all; l < g->all + g->asked; l++)
        if (l->state != FREE)
            open++, sounding += l->state == SOUNDING, units += l->check.units, skips += l->check.skips, skipped += l->check.skipped, broken += l->check.broken;
    printf("{\"group\":\"%s\",\"asked\":%d,\"open\":%lld,\"sounding\":%lld,\"answered\":%lld,\"refused\":%lld,\"status\":{", g->name, g->asked, (long long)open,
           (long long)sounding, (long long)g->answered, (long long)g->refused);
    for (int i = 0, some = 0; i < STATUSES; i++)
        if (g->status[i] > 0)
            printf("%s\"%d\":%lld", some++ ? "," : "", i, (long long)g->status[i]);
    printf("},\"left\":%lld,\"reset_by_us\":%lld,\"closed_by_peer\":%lld,\"reset_by_peer\":%lld,\"never_connected\":%lld", (long long)g->left, (long long)g->reset_by_us,
           (long long)g->closed_by_peer, (long long)g->reset_by_peer, (long long)g->never_connected);
    printf(",\"units\":%lld,\"skips\":%lld,\"skipped\":%lld,\"broken\":%lld", (long long)units, (long long)skips, (long long)skipped, (long long)broken);
    SPREAD("first_byte_ms", l->first > 0, l->first - l->began, 1e6);
    SPREAD("first_byte_quiet_ms", l->first > 0 && l->first_quiet, l->first - l->began, 1e6);
    SPREAD("gap_ms", l->state == SOUNDING, at - l->last > l->gap ? at - l->last : l->gap, 1e6);
    SPREAD("quiet_gap_ms", l->state == SOUNDING, l->quiet_gap, 1e6);
    SPREAD("lowest_level_ms", l->state == SOUNDING && l->lowest != INT64_MAX, l->lowest, 1e6);
    SPREAD("bytes", l->state == SOUNDING, l->bytes, 1);
    printf("}\n");
    free(values);
}

static void report(int64_t at)
{
    for (struct group *g = groups; g < groups + group_count; g++)
        report_group(g, at);
    int64_t worst = 0, sum = 0;
    int n = __atomic_load_n(&late_count, __ATOMIC_ACQUIRE), moments = 0;
    for (int i = n - 1; i >= 0 && i > n - LATE && late[i % LATE][1] >= marked; i--) {
        int64_t length = late[i % LATE][1] - late[i % LATE][0];
        moments++, sum += length, worst = length > worst ? length : worst;
    }
    printf("{\"group\":\"\",\"seconds\":%.3f,\"cpu_s\":%.3f,\"late_pass_ms\":%.1f,\"machine_late\":{\"moments\":%d,\"total_ms\":%.1f,\"max_ms\":%.1f}}\n", (at - marked) / 1e9,
           (cpu() - cpu_marked) / 1e9, late_pass / 1e6, moments, sum / 1e6, worst / 1e6);
}

static void mark(int64_t at)
{
    marked = at, late_pass = 0, cpu_marked = cpu();
    for (struct group *g = groups; g < groups + group_count; g++)
        for (struct listener *l = g->all; l < g->all + g->asked; l++)
            l->gap = l->quiet_gap = l->bytes = 0, l->lowest = INT64_MAX;
}

static struct group *find(const char *name)
{
    for (int i = 0; i < group_count; i++)
        if (strcmp(groups[i].name, name) == 0)
            return &groups[i];
    return NULL;
}

static int join(char *order, int64_t at)
{
    struct group *g = &groups[group_count];
    int used = 0;
    *g = (struct group){ .few = 100, .begin = at, .format = PLAIN };
    if (group_count == GROUPS || sscanf(order, "join %31s %d %lf %127s%n", g->name, &g->count, &g->per_second, g->path, &used) != 4 || g->count < 1 || g->per_second <= 0)
        return 0;
    for (char *key = strtok(order + used, " \n"); key != NULL; key = strtok(NULL, " \n")) {
        char *value = strchr(key, '=');
        if (value == NULL)
            return 0;
        *value++ = 0;
        if (strcmp(key, "format") == 0)
            g->format = strcmp(value, "mp3") == 0 ? MP3 : strcmp(value, "ogg") == 0 ? OGG : PLAIN;
        else if (strcmp(key, "does") == 0)
            g->does = *value == 's' ? STALL : *value == 'c' ? CRAWL : *value == 'm' ? MUTE : *value == 'h' ? HALF : LISTEN;
        else if (strcmp(key, "ends") == 0)
            g->resets = *value == 'r';
        else if (strcmp(key, "life") == 0)
            g->life = atoll(value) * MS;
        else {
            int *number = strcmp(key, "few") == 0 ? &g->few : strcmp(key, "buffer") == 0 ? &g->buffer : strcmp(key, "rate") == 0 ? &g->rate : strcmp(key, "again") == 0 ? &g->again : strcmp(key, "tls") == 0 ? &g->tls : NULL;
            if (number == NULL)
                return 0;
            *number = atoi(value);
        }
    }
    g->all = calloc(g->count, sizeof *g->all);
    for (struct group *other = groups; other < g && g->known == NULL; other++)
        g->known = strcmp(other->path, g->path) == 0 ? other->known : NULL;
    if (g->known == NULL && g->format != PLAIN)
        g->known = calloc(1, sizeof *g->known);
    group_count++;
    return 1;
}

static struct group *waited;
static int64_t wait_until;

static int obey(char *order, int64_t at)
{
    char name[32];
    double seconds;
    if (strncmp(order, "join ", 5) == 0)
        return join(order, at);
    if (strncmp(order, "mark", 4) == 0)
        return mark(at), 1;
    if (strncmp(order, "report", 6) == 0)
        return report(at), 1;
    if (sscanf(order, "wait %31s %lf", name, &seconds) == 2 && (waited = find(name)) != NULL)
        return wait_until = at + (int64_t)(seconds * 1e9), 1;
    struct group *g;
    if (sscanf(order, "leave %31s", name) == 1 && (g = find(name)) != NULL) {
        g->again = 0, g->count = g->asked;
        for (struct listener *l = g->all; l < g->all + g->asked; l++) {
            if (l->state != FREE)
                go(l);
            l->ends_at = 0;
        }
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "radio_load: PORT; orders come by standard input\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    setvbuf(stdout, NULL, _IOLBF, 0);
    server = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    pthread_t thread;
    pthread_create(&thread, NULL, probe, NULL);
    epoll_fd = epoll_create1(0);
    tls_context = SSL_CTX_new(TLS_client_method());
    signal(SIGPIPE, SIG_IGN);
    struct epoll_event input = { .events = EPOLLIN, .data.ptr = NULL }, events[512];
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &input);
    fcntl(0, F_SETFL, O_NONBLOCK);
    char orders[4096];
    int held = 0;
    mark(now());
    for (;;) {
        int64_t at = now(), next = next_life;
        for (struct group *g = groups; g < groups + group_count; g++) {
            while (g->asked < g->count && at >= g->begin + (int64_t)(g->asked * 1e9 / g->per_second)) {
                g->all[g->asked].group = g;
                begin(&g->all[g->asked++], at);
            }
            int64_t due = g->asked < g->count ? g->begin + (int64_t)(g->asked * 1e9 / g->per_second) : INT64_MAX;
            next = due < next ? due : next;
        }
        int wait = next <= at ? 0 : (int)((next - at + MS - 1) / MS);
        int n = epoll_wait(epoll_fd, events, 512, wait > 100 ? 100 : wait);
        at = now();
        for (int i = 0; i < n; i++) {
            struct listener *l = events[i].data.ptr;
            if (l == NULL) {
                int got = (int)read(0, orders + held, sizeof orders - 1 - held);
                if (got == 0)
                    return 0;
                held += got > 0 ? got : 0;
                orders[held] = 0;
            }
            else if (l->state == CONNECTING || l->state == SHAKING)
                ask(l);
            else if (l->state != FREE && l->stalled && (events[i].events & (EPOLLERR | EPOLLHUP | EPOLLRDHUP)))
                end(l, events[i].events & EPOLLERR ? &l->group->reset_by_peer : &l->group->closed_by_peer);
            else if (l->state != FREE)
                take(l, now());
        }
        int64_t pass = now() - at;
        late_pass = pass > late_pass ? pass : late_pass;
        if (at >= next_life)
            live(at);
        if (waited != NULL) {
            int done = waited->asked == waited->count;
            for (struct listener *l = waited->all; done && l < waited->all + waited->asked; l++)
                done = l->state == SOUNDING || l->state == FREE;
            if (done || at > wait_until) {
                printf("{\"waited\":%s}\n", done ? "true" : "false");
                waited = NULL;
            }
        }
        for (char *line; waited == NULL && (line = memchr(orders, '\n', held)) != NULL;) {
            *line = 0;
            if (strncmp(orders, "quit", 4) == 0)
                return 0;
            if (!obey(orders, now()))
                fprintf(stderr, "radio_load: what is '%s'?\n", orders);
            held -= (int)(line + 1 - orders);
            memmove(orders, line + 1, held + 1);
        }
    }
}
