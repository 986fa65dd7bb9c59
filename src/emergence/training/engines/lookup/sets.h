/* Which units of a set of SET blocks are active for each sample, in 64 bits, and sums of residuals
   over the samples in which they are.

   With AVX2 these sums are short of vector operations, not of loads. To find a part's lanes among the
   bits, as a mask, takes two; to mask the residual, a third; to add it, a fourth. Two do: a single
   bit in the exponent of a float is a power of two, and a cleared one is zero. So the word and the
   part's bit is a factor that a fused multiply-add takes as it is: each part's sums carry a power
   of two, which is taken out at the end. That shifts exponents and changes no bit, as long as
   residuals are `plain`: zero, or of a size whose sums keep clear of both ends of the exponents.
   Others, as of training that diverges, take the four operations. */
#ifndef EMERGENCE_SETS_H
#define EMERGENCE_SETS_H

#include "workspace.h"

/* Lanes of the blocks of a set, side by side for each sample; absent blocks have none. */
static void join_lanes(const uint16_t *block_lanes, int64_t blocks, int64_t padded, uint64_t *words) {
    uint16_t *out = (uint16_t *)words;
    for (int64_t i = 0; i < padded; i++)
        for (int64_t block = 0; block < SET; block++)
            out[i * SET + block] = block < blocks ? block_lanes[block * padded + i] : 0;
}

#ifdef USE_AVX2
#define MARKS_SETS 1

/* Byte l of a sample's word is of lane l of every part; its bit k is of part k of the set's. Here
   the bit of block `block`'s parts, for a quad's pre-activations. */
INLINE void mark_quad(uint64_t *words, const vfloat z[QUAD], int64_t block) {
    __m256i marks = _mm256_setzero_si256();
    FOR_PARTS(i) {
        /* A number keeps its sign when it is cut down to sixteen, then eight bits. A NaN is not above
           zero either, as in a comparison: this machine computes NaNs with a sign bit. */
        const __m256i low = _mm256_packs_epi32((__m256i)z[0].at[i], (__m256i)z[1].at[i]);
        const __m256i high = _mm256_packs_epi32((__m256i)z[2].at[i], (__m256i)z[3].at[i]);
        const __m256i above = _mm256_cmpgt_epi8(_mm256_packs_epi16(low, high), _mm256_setzero_si256());
        marks |= above & _mm256_set1_epi8((char)(1 << (PARTS * block + i)));
    }
    /* Packing leaves four lanes of each sample, then the other four. */
    marks = _mm256_permutevar8x32_epi32(marks, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    const __m256i others = _mm256_set1_epi8(block ? -1 : 0); /* block 0 is the first */
    *(__m256i *)words = marks | (*(__m256i *)words & others);
}

#define LEAST_PLAIN 0x26800000u  /* bits of 2^-50 */
#define BEYOND_PLAIN 0x4F800000u /* of 2^32 */
#define PLAIN_SCALE 0x1p60f      /* of plain residuals, as most of a part's powers are far below 1 */

/* Not zero in lanes that are not plain. */
INLINE upart not_plain(fpart residual) {
    const upart size = (upart)residual & 0x7FFFFFFFu;
    return (upart)((ipart)size != 0) & (upart)(size - LEAST_PLAIN >= BEYOND_PLAIN - LEAST_PLAIN);
}

/* Which of the exponent's bits is of part k: spread_word leaves a byte's last bit below the others. */
#define EXPONENT_BIT(k) (((k) + 1) % 8)
#define EXPONENT_AT 23 /* of a float's bits */

/* Byte l of a word to the upper two bytes of lane l. */
INLINE upart spread_word(uint64_t word) {
    const __m256i places = _mm256_setr_epi8(-1, -1, 0, 0, -1, -1, 1, 1, -1, -1, 2, 2, -1, -1, 3, 3,
                                            -1, -1, 4, 4, -1, -1, 5, 5, -1, -1, 6, 6, -1, -1, 7, 7);
    return (upart)_mm256_shuffle_epi8(_mm256_set1_epi64x((long long)word), places);
}

/* Adds a sample's residual to the sums of a set of blocks, where its lanes are active. */
INLINE void add_sample(vfloat sums[SET], float residual, uint64_t word, const int plain) {
    const upart bits = spread_word(word);
    const fpart x = broadcast(residual).at[0];
#pragma GCC unroll 8
    for (int k = 0; k < SET * PARTS; k++) {
        fpart *sum = &sums[k / PARTS].at[k % PARTS];
        const upart bit = (upart){} + (1u << (EXPONENT_AT + EXPONENT_BIT(k)));
        if (plain) *sum += x * (fpart)(bits & bit);
        else *sum += (fpart)((upart)x & (upart)((bits & bit) == bit));
    }
}

/* A sum of plain residuals of block `block` without scale and powers of two. */
INLINE vfloat unscale(vfloat sum, int64_t block) {
    FOR_PARTS(i) {
        /* a float's exponent counts from 127: 1 / PLAIN_SCALE over 2^((1 << EXPONENT_BIT) - 127) */
        const uint32_t exponent = 127 - 60 + 127 - (1u << EXPONENT_BIT(PARTS * block + i));
        sum.at[i] *= (fpart)((upart){} + (exponent << EXPONENT_AT));
    }
    return sum;
}

#else
#define MARKS_SETS 0

#define PLAIN_SCALE 1.0f

INLINE void mark_quad(uint64_t *words, const vfloat z[QUAD], int64_t block) {}
INLINE upart not_plain(fpart residual) { return (upart){}; }

/* Adds a sample's residual to the sums of a set of blocks, where its lanes are active. */
INLINE void add_sample(vfloat sums[SET], float residual, uint64_t word, const int plain) {
    const vfloat x = broadcast(residual);
    sums[0] = add_to_lanes(sums[0], x, (uint32_t)word, 0);
    sums[1] = add_to_lanes(sums[1], x, (uint32_t)word, 1);
    sums[2] = add_to_lanes(sums[2], x, (uint32_t)(word >> 32), 0);
    sums[3] = add_to_lanes(sums[3], x, (uint32_t)(word >> 32), 1);
}

INLINE vfloat unscale(vfloat sum, int64_t block) { return sum; }
#endif

#endif
