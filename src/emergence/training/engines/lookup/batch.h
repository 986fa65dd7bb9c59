/* A batch made ready for the tables: samples in quads of equal skill and equal first bits.

   The order of samples within a skill is free, so they are sorted by their first `prefix_bits` bits
   and each (skill, prefix) segment is filled up to whole quads with samples of parity 0, which get
   no residual. A quad then needs one table load, or one update, for skill, bias and prefix. */
#ifndef EMERGENCE_BATCH_H
#define EMERGENCE_BATCH_H

#include <string.h>

#include "problem.h"

typedef struct {
    int64_t size, n_tiles;
    float *parity;     /* (n_tiles, TILE): parity of the sample's skill, 0 for filling */
    uint16_t *heads;   /* (n_tiles, TILE / QUAD): byte offsets into the table of heads */
    uint32_t *bucket_ends; /* (n_entries,): where the samples of each table entry end in `order` */
    uint32_t *order;   /* (n_chunks, n_tiles TILE): samples sorted by chunk; wide networks only */
    uint64_t *offsets; /* (n_tiles, n_packs, TILE): byte offsets into the table, one for each chunk */
} batch;

/* Offsets are kept four to a word: loads are what the inner loops are short of. */
#define PACK 4
#define PACKED_BITS 16
INLINE int64_t n_packs(int64_t n_chunks) { return (n_chunks + PACK - 1) / PACK; }
INLINE int64_t unpack_offset(uint64_t pack, int place) {
    return (int64_t)(pack >> (PACKED_BITS * place) & 0xFFFF);
}

INLINE int64_t record_bytes(const problem *p, int64_t size) {
    const int64_t per_tile = TILE * 4 + TILE / QUAD * 2 + n_packs(p->n_chunks) * TILE * 8;
    const int64_t sorted = is_wide(p) ? (n_entries(p) + p->n_chunks * most_tiles(p, size) * TILE) * 4 : 0;
    return ENTRY + round_up(most_tiles(p, size) * per_tile + sorted, ENTRY);
}

/* The arrays of a batch of `size` samples within a record. */
INLINE batch record_view(const problem *p, char *record, int64_t size) {
    const int64_t tiles = most_tiles(p, size);
    float *parity = (float *)(record + ENTRY);
    uint64_t *offsets = (uint64_t *)(parity + tiles * TILE);
    uint16_t *heads = (uint16_t *)(offsets + tiles * n_packs(p->n_chunks) * TILE);
    uint32_t *ends = (uint32_t *)(heads + tiles * (TILE / QUAD));
    return (batch){size, *(int64_t *)record, parity, heads, ends, ends + n_entries(p), offsets};
}

typedef struct {
    uint32_t *words;        /* of the generator, 2 · batch */
    uint32_t *low, *high;   /* bits 0-31 and 32-63 of the sorted samples */
    uint32_t *places;       /* (padded,), wide networks only */
    int64_t *counts;        /* (n_skills,) */
    int64_t *cursors;       /* (2^prefix_bits,) */
} batch_scratch;

/* Sort one skill's samples by prefix from `write` on; returns the end of the last whole quad. */
static int64_t sort_skill(const problem *p, int64_t skill, uint64_t sparse, int64_t count,
                          const uint32_t *low, const uint32_t *high, batch_scratch s,
                          int64_t write, batch *b) {
    const int64_t prefixes = (int64_t)1 << p->prefix_bits;
    const uint32_t mask = (uint32_t)(prefixes - 1);
    if (prefixes == 1) {
        s.cursors[0] = count;
    } else {
        memset(s.cursors, 0, prefixes * sizeof(int64_t));
        for (int64_t i = 0; i < count; i++) s.cursors[low[i] & mask]++;
    }
    const int64_t start = write;
    for (int64_t prefix = 0; prefix < prefixes; prefix++) {
        const int64_t end = write + round_up(s.cursors[prefix], QUAD);
        s.cursors[prefix] = write;
        for (; write < end; write += QUAD)
            b->heads[write / QUAD] = (uint16_t)((skill * prefixes + prefix) * ENTRY);
    }
    for (int64_t i = start; i < write; i++) s.low[i] = s.high[i] = 0;
    if (prefixes == 1) {
        memcpy(s.low + start, low, count * 4);
        if (high) memcpy(s.high + start, high, count * 4);
        s.cursors[0] = start + count;
    } else {
        for (int64_t i = 0; i < count; i++) {
            const int64_t to = s.cursors[low[i] & mask]++;
            s.low[to] = low[i];
            if (high) s.high[to] = high[i];
        }
    }
    const uint32_t sparse_low = (uint32_t)sparse, sparse_high = (uint32_t)(sparse >> 32);
    for (int64_t i = start; i < write; i++) {
        uint32_t x = (s.low[i] & sparse_low) ^ (s.high[i] & sparse_high);
        x ^= x >> 16;
        x ^= x >> 8;
        x ^= x >> 4;
        x ^= x >> 2;
        x ^= x >> 1;
        b->parity[i] = (float)(1 - 2 * (int32_t)(x & 1));
    }
    for (int64_t prefix = 0; prefix < prefixes; prefix++)
        for (int64_t i = s.cursors[prefix]; i % QUAD; i++) b->parity[i] = 0;
    return write;
}

/* Offsets of the samples first .. first + LANES - 1: pack g of sample i to out[g TILE + i]. */
INLINE void pack_offsets(const problem *p, batch_scratch s, int64_t first, uint64_t *out) {
    const vword low = load_words(s.low + first), high = load_words(s.high + first);
    uint32_t first_entry = 0;
    for (int64_t c = 0; c < p->n_chunks; out += TILE) {
        vword halves[2] = {}; /* chunks 0, 1 and 2, 3 of the pack */
        for (int place = 0; place < PACK && c < p->n_chunks; place++, c++) {
            const uint32_t mask = (1u << p->chunk_bits[c]) - 1;
            vword offsets = cut_out(p->chunk_word[c] ? high : low, (uint32_t)p->chunk_shift[c], mask);
            FOR_PARTS(i) offsets.at[i] = (offsets.at[i] + first_entry) * ENTRY;
            halves[place / 2] = put_in(halves[place / 2], offsets, PACKED_BITS * (place % 2));
            first_entry += mask + 1;
        }
        const uint32_t *words = (const uint32_t *)halves;
        for (int i = 0; i < LANES; i++) out[i] = words[i] | (uint64_t)words[LANES + i] << 32;
    }
}

/* Samples in the order of each chunk's bits, by counting. */
static void sort_by_chunks(const problem *p, batch_scratch s, int64_t padded, batch *b) {
    uint32_t *ends = b->bucket_ends, *order = b->order;
    for (int64_t c = 0; c < p->n_chunks; c++, order += padded) {
        const uint32_t *words = p->chunk_word[c] ? s.high : s.low;
        const uint32_t buckets = 1u << p->chunk_bits[c], mask = buckets - 1, shift = p->chunk_shift[c];
        memset(ends, 0, buckets * sizeof(uint32_t));
        for (int64_t i = 0; i < padded; i++) ends[words[i] >> shift & mask]++;
        uint32_t start = 0;
        for (uint32_t v = 0; v < buckets; v++) {
            const uint32_t count = ends[v];
            ends[v] = start; /* becomes the end as samples are put in */
            start += count;
        }
        /* Two loops: in one, the next count would wait until this sample's place is known. */
        for (int64_t i = 0; i < padded; i++) s.places[i] = ends[words[i] >> shift & mask]++;
        for (int64_t i = 0; i < padded; i++) order[s.places[i]] = (uint32_t)i;
        ends += buckets;
    }
}

/* Fill a record from samples grouped by skill; `high` is null when there are at most 32 bits. */
static void prepare_batch(const problem *p, int64_t run, const int64_t *counts,
                          const uint32_t *low, const uint32_t *high, batch_scratch s,
                          char *record) {
    int64_t size = 0, end = 0;
    for (int64_t k = 0; k < p->n_skills; k++) size += counts[k];
    batch b = record_view(p, record, size);
    const uint64_t *sparse = p->sparse_masks + run * p->n_skills;
    for (int64_t k = 0; k < p->n_skills; k++) {
        end = sort_skill(p, k, sparse[k], counts[k], low, high, s, end, &b);
        low += counts[k];
        if (high) high += counts[k];
    }
    const int64_t tiles = *(int64_t *)record = (end + TILE - 1) / TILE;
    for (int64_t i = end; i < tiles * TILE; i++) {
        s.low[i] = s.high[i] = 0;
        b.parity[i] = 0;
        b.heads[i / QUAD] = 0;
    }
    for (int64_t i = 0; i < tiles * TILE; i += LANES)
        pack_offsets(p, s, i, b.offsets + i / TILE * n_packs(p->n_chunks) * TILE + i % TILE);
    if (is_wide(p)) sort_by_chunks(p, s, tiles * TILE, &b);
}

/* How many of `count` words fall to each skill; the words beyond `count` may be overwritten. */
static void count_skills(const problem *p, uint32_t *words, int64_t count, int64_t *counts) {
    for (int64_t i = count; i % LANES; i++) words[i] = 0; /* below every threshold */
    int64_t at_least = count;
    for (int64_t k = 0; k + 1 < p->n_skills; k++) {
        const uint32_t threshold = p->skill_thresholds[k];
        vword above = {};
        for (int64_t first = 0; first < count; first += LANES) {
            const vword w = load_words(words + first);
            FOR_PARTS(i) above.at[i] -= (upart)(w.at[i] >= threshold); /* minus -1 */
        }
        int64_t above_all = 0;
        for (int l = 0; l < LANES; l++) above_all += ((const uint32_t *)&above)[l];
        counts[k] = at_least - above_all;
        at_least = above_all;
    }
    counts[p->n_skills - 1] = at_least;
}

/* Draw the fresh batch of a step, as emergence.tasks.sparse_parity.problem.draw_batch does, and make it ready. */
static void draw_batch(const problem *p, int64_t run, int64_t step, batch_scratch s,
                       char *record) {
    const stream source = run_stream(p, run);
    const int64_t size = p->largest_batch;
    const int wide = p->skill_bits > 32;
    philox_words(source, BATCH_SKILLS, step, size, s.words);
    count_skills(p, s.words, size, s.counts);
    philox_words(source, BATCH_BITS, step, wide ? 2 * size : size, s.words);
    prepare_batch(p, run, s.counts, s.words, wide ? s.words + size : 0, s, record);
}

#endif
