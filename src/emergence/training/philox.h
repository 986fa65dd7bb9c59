/* Philox4x32-10 with the counters and keys of emergence.randomness.Stream, eight counters a vector. */
#ifndef EMERGENCE_PHILOX_H
#define EMERGENCE_PHILOX_H

#include "simd.h"

/* Numbers of emergence.randomness.Purpose. */
enum { BATCH_SKILLS = 2, BATCH_BITS = 3, MEASUREMENT_BITS = 6 };

#define WORDS_AT_ONCE 64

typedef struct {
    uint32_t key[2];
    uint32_t run;
} stream;

/* Eight counter blocks from `first`: 32 words at `out`. Values sit in the low half of each lane. */
INLINE void philox_eight(stream s, uint32_t purpose, uint64_t step, uint64_t first, vuint out[2]) {
    const vlong order = {0, 4, 1, 5, 2, 6, 3, 7}; /* undone by the final interleaving */
    vlong c0 = order + first, c1 = (vlong){0} + step;
    vlong c2 = (vlong){0} + (uint64_t)s.run, c3 = (vlong){0} + (uint64_t)purpose;
    uint32_t k0 = s.key[0], k1 = s.key[1];
    for (int round = 0; round < 10; round++) {
        const vlong p0 = multiply_wide(c0, 0xD2511F53u), p1 = multiply_wide(c2, 0xCD9E8D57u);
        c0 = (p1 >> 32) ^ c1 ^ (uint64_t)k0;
        c2 = (p0 >> 32) ^ c3 ^ (uint64_t)k1;
        c1 = p1; /* the high halves are ignored by multiply_wide and cut off below */
        c3 = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    const vlong first_pair = (c0 & 0xFFFFFFFFu) | (c1 << 32);
    const vlong second_pair = (c2 & 0xFFFFFFFFu) | (c3 << 32);
    out[0] = (vuint)SHUFFLE_LONG(first_pair, second_pair, 0, 8, 2, 10, 4, 12, 6, 14);
    out[1] = (vuint)SHUFFLE_LONG(first_pair, second_pair, 1, 9, 3, 11, 5, 13, 7, 15);
}

/* Words 0..count-1 of Stream.words(purpose, step, count); `out` has room for whole WORDS_AT_ONCE. */
static void philox_words(stream s, uint32_t purpose, uint64_t step, int64_t count, uint32_t *out) {
    vuint *vectors = (vuint *)out;
    for (int64_t w = 0; w < count; w += WORDS_AT_ONCE) {
        philox_eight(s, purpose, step, (uint64_t)w / 4, vectors + w / LANES);
        philox_eight(s, purpose, step, (uint64_t)w / 4 + 8, vectors + w / LANES + 2);
    }
}

#endif
