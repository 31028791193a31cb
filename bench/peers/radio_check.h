/* How radio_load checks the audio: whether the framing is intact, and whether every listener gets the same units in the same order.
 *
 * A unit is an MP3 frame or an Ogg page. The first listener to receive a unit adds its hash to a list that all share; every other listener
 * must then get exactly the following units of that list. A unit that does not follow is a skip, counted with the number of units left out; bytes outside a unit
 * are broken. Ogg's header pages, which each listener gets when it joins, are not in the list. A listener that joins takes its place at its
 * first unit that the list has, so that one which is ahead of all others does not leave units out of the list. For a correct list, one
 * listener must join some seconds before the others.
 */
#include <stdint.h>
#include <string.h>

/* After so many units that nobody else had, nobody else is there to ask: the list goes on with this listener. */
enum { KNOWN = 1 << 16, HEAD_MOST = 27 + 255, ALONE = 500 };
enum format { PLAIN, MP3, OGG };

struct check {
    uint8_t head[HEAD_MOST];
    int have, need, body;
    int8_t is_header;
    uint64_t hash;
    int64_t next;
    uint32_t units, skips, skipped, broken, unknown;
    int8_t joined, in_step;
};

/* Hashes of the last KNOWN units of each format, by number. */
struct order {
    uint64_t hash[KNOWN];
    int64_t count;
};

/* Byte by byte, so that the boundaries of reads do not matter. */
static uint64_t hash_of(uint64_t h, const uint8_t *bytes, int n)
{
    for (; n > 0; n--, bytes++)
        h = (h ^ *bytes) * 0x100000001B3ULL;
    return h;
}

/* The frame length in a header of MPEG-1 or MPEG-2 layer III, or 0. */
static int mp3_frame(const uint8_t *h)
{
    static const short one[16] = { 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0 };
    static const short two[16] = { 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0 };
    static const int rates[4] = { 44100, 48000, 32000, 0 };
    if (h[0] != 0xFF || (h[1] & 0xE6) != 0xE2 || (h[1] & 0x18) == 8)
        return 0;
    int version1 = (h[1] & 0x18) == 0x18, kbps = (version1 ? one : two)[h[2] >> 4];
    int rate = rates[(h[2] >> 2) & 3] >> (version1 ? 0 : (h[1] & 0x18) ? 1 : 2);
    return rate == 0 || kbps == 0 ? 0 : (version1 ? 144000 : 72000) * kbps / rate + ((h[2] >> 1) & 1);
}

static void finish_unit(struct check *c, struct order *known)
{
    c->units++;
    if (c->is_header)
        return;
    int64_t oldest = known->count > KNOWN ? known->count - KNOWN : 0, at = -1;
    if (c->joined && c->next >= oldest && c->next < known->count && known->hash[c->next % KNOWN] == c->hash)
        at = c->next;
    else if (!(c->joined && c->next == known->count))
        for (int64_t i = known->count - 1; i >= oldest && at < 0; i--)
            if (known->hash[i % KNOWN] == c->hash && (!c->joined || i >= c->next))
                at = i;
    if (at < 0 && c->joined && c->next < known->count) {
        /* Others got a different unit here. It finds its place again with the next unit. */
        c->skips++;
        c->joined = 0;
        return;
    }
    if (at < 0 && !c->joined && known->count > 0 && ++c->unknown < ALONE)
        return;
    if (at < 0) {
        at = known->count++;
        known->hash[at % KNOWN] = c->hash;
    }
    if (c->joined && at != c->next) {
        c->skips++;
        c->skipped += at > c->next ? (uint32_t)(at - c->next) : 0;
    }
    c->joined = 1;
    c->unknown = 0;
    c->next = at + 1;
}

/* Processes bytes of the body as they arrive. */
static void check_bytes(struct check *c, enum format format, struct order *known, const uint8_t *bytes, int n)
{
    int least = format == MP3 ? 4 : 27;
    while (n > 0) {
        if (c->body > 0) {
            int take = n < c->body ? n : c->body;
            c->hash = hash_of(c->hash, bytes, take);
            bytes += take, n -= take, c->body -= take;
            if (c->body == 0)
                finish_unit(c, known);
            continue;
        }
        if (c->need < least)
            c->need = least;
        int take = n < c->need - c->have ? n : c->need - c->have;
        memcpy(c->head + c->have, bytes, take);
        bytes += take, n -= take, c->have += take;
        if (c->have < c->need)
            return;
        int body = 0;
        if (format == MP3)
            body = mp3_frame(c->head) - 4;
        else if (memcmp(c->head, "OggS", 4) == 0) {
            if (c->need == 27 && c->head[26] > 0) {
                c->need += c->head[26];
                continue;
            }
            for (int i = 27; i < c->need; i++)
                body += c->head[i];
        }
        if (body <= 0) {
            /* Reports each loss of sync once, then searches byte by byte until it is found again. */
            c->broken += c->in_step;
            c->in_step = 0;
            memmove(c->head, c->head + 1, --c->have);
            c->need = least;
            continue;
        }
        c->in_step = 1;
        c->is_header = format == OGG && memcmp(c->head + 6, "\0\0\0\0\0\0\0\0", 8) == 0;
        c->hash = hash_of(14695981039346656037ULL, c->head, c->have);
        c->have = c->need = 0;
        c->body = body;
    }
}
