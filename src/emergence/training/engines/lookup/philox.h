/* Philox4x32-10 with the counters and keys of emergence.randomness.Stream, as many counters at once as
   a register has 64-bit lanes. */
#ifndef EMERGENCE_PHILOX_H
#define EMERGENCE_PHILOX_H

#include "simd.h"

/* Numbers of emergence.randomness.Purpose. */
enum { BATCH_SKILLS = 2, BATCH_BITS = 3, MEASUREMENT_BITS = 6 };

#define WORDS_AT_ONCE 64 /* a multiple of what a call of philox_part makes */

typedef struct {
    uint32_t key[2];
    uint32_t run;
} stream;

/* Counters in an order that the final interleaving undoes. */
#if PART == 16
#define ORDER {0, 4, 1, 5, 2, 6, 3, 7}
#define EVEN(x, y) SHUFFLE_LONG(x, y, 0, 8, 2, 10, 4, 12, 6, 14)
#define ODD(x, y) SHUFFLE_LONG(x, y, 1, 9, 3, 11, 5, 13, 7, 15)
#elif PART == 8
#define ORDER {0, 2, 1, 3}
#define EVEN(x, y) SHUFFLE_LONG(x, y, 0, 4, 2, 6)
#define ODD(x, y) SHUFFLE_LONG(x, y, 1, 5, 3, 7)
#else
#define ORDER {0, 1}
#define EVEN(x, y) SHUFFLE_LONG(x, y, 0, 2)
#define ODD(x, y) SHUFFLE_LONG(x, y, 1, 3)
#endif

/* PART / 2 counter blocks from `first`: 2 PART words. Values sit in the low half of each lane. */
INLINE void philox_part(stream s, uint32_t purpose, uint64_t step, uint64_t first, lpart out[2]) {
    const lpart order = ORDER;
    lpart c0 = order + first, c1 = (lpart){0} + step;
    lpart c2 = (lpart){0} + (uint64_t)s.run, c3 = (lpart){0} + (uint64_t)purpose;
    uint32_t k0 = s.key[0], k1 = s.key[1];
    for (int round = 0; round < 10; round++) {
        const lpart p0 = multiply_wide(c0, 0xD2511F53u), p1 = multiply_wide(c2, 0xCD9E8D57u);
        c0 = (p1 >> 32) ^ c1 ^ (uint64_t)k0;
        c2 = (p0 >> 32) ^ c3 ^ (uint64_t)k1;
        c1 = p1; /* the high halves are ignored by multiply_wide and cut off below */
        c3 = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    const lpart first_pair = (c0 & 0xFFFFFFFFu) | (c1 << 32);
    const lpart second_pair = (c2 & 0xFFFFFFFFu) | (c3 << 32);
    out[0] = EVEN(first_pair, second_pair);
    out[1] = ODD(first_pair, second_pair);
}
#undef ORDER
#undef EVEN
#undef ODD

/* Words 0..count-1 of Stream.words(purpose, step, count); `out` has room for whole WORDS_AT_ONCE. */
static void philox_words(stream s, uint32_t purpose, uint64_t step, int64_t count, uint32_t *out) {
    for (int64_t i = 0; i < count; i += 2 * PART)
        philox_part(s, purpose, step, (uint64_t)i / 4, (lpart *)(out + i));
}

#endif
