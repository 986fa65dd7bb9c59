/* Sixteen-lane vectors in the compilers' own vector extension, so that -march picks the width.
   The few operations the extension cannot express well have an AVX-512 and a portable version. */
#ifndef EMERGENCE_SIMD_H
#define EMERGENCE_SIMD_H

#include <stdint.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#define LANES 16

typedef float vfloat __attribute__((vector_size(64)));
typedef int32_t vint __attribute__((vector_size(64)));
typedef uint32_t vuint __attribute__((vector_size(64)));
typedef uint64_t vlong __attribute__((vector_size(64))); /* eight lanes */

#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define SHUFFLE_LONG(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (vint){__VA_ARGS__})
#define SHUFFLE_LONG(a, b, ...) __builtin_shuffle(a, b, (vlong){__VA_ARGS__})
#endif

#define INLINE static inline __attribute__((always_inline))

INLINE vfloat broadcast(float x) {
    return (vfloat){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

/* x, which the compiler may not load again at each use. */
INLINE vfloat in_register(vfloat x) {
#ifdef __AVX512F__
    __asm__("" : "+v"(x));
#endif
    return x;
}

/* Bit l is set where lane l of x is above zero. */
INLINE uint16_t positive_lanes(vfloat x) {
#ifdef __AVX512F__
    return _mm512_cmp_ps_mask((__m512)x, _mm512_setzero_ps(), _CMP_GT_OQ);
#elif defined(__AVX2__)
    union { vfloat v; __m256 half[2]; } u = {x};
    const __m256 zero = _mm256_setzero_ps();
    const int low = _mm256_movemask_ps(_mm256_cmp_ps(u.half[0], zero, _CMP_GT_OQ));
    const int high = _mm256_movemask_ps(_mm256_cmp_ps(u.half[1], zero, _CMP_GT_OQ));
    return (uint16_t)(low | high << 8);
#else
    uint16_t lanes = 0;
    for (int l = 0; l < LANES; l++) lanes |= (uint16_t)((x[l] > 0) << l);
    return lanes;
#endif
}

/* x in the lanes whose bit is set, zero elsewhere. */
INLINE vfloat broadcast_to_lanes(uint16_t lanes, const float *x) {
#ifdef __AVX512F__
    return (vfloat)_mm512_maskz_broadcastss_ps(lanes, _mm_load_ss(x));
#else
    const vint bit = {1 << 0, 1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
                      1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};
    const vint chosen = (bit & (int32_t)lanes) != 0;
    return (vfloat)((vint)broadcast(*x) & chosen);
#endif
}

/* sum + x in the lanes whose bit is set in the low half (half 0) or high half (1) of `lanes`. */
INLINE vfloat add_to_lanes(vfloat sum, vfloat x, uint32_t lanes, const int half) {
    const vuint bit = (vuint){1 << 0, 1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
                              1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15}
                      << (uint32_t)(16 * half);
#ifdef __AVX512F__
    const __mmask16 chosen = _mm512_test_epi32_mask(_mm512_set1_epi32((int)lanes), (__m512i)bit);
    return (vfloat)_mm512_mask_add_ps((__m512)sum, chosen, (__m512)sum, (__m512)x);
#else
    return sum + (vfloat)((vint)x & (vint)((bit & lanes) != 0));
#endif
}

/* The larger of a and b; b where either is not a number, so that divergence stays visible. */
INLINE vfloat larger(vfloat a, vfloat b) {
#ifdef __AVX512F__
    return (vfloat)_mm512_max_ps((__m512)a, (__m512)b);
#else
    const vint above = a > b;
    return (vfloat)(((vint)a & above) | ((vint)b & ~above));
#endif
}

/* table[index] lane by lane, where the low four bits of an index count. */
INLINE vfloat choose(vfloat table, vint index) {
#ifdef __AVX512F__
    return (vfloat)_mm512_permutexvar_ps((__m512i)index, (__m512)table);
#else
    vfloat out;
    index &= LANES - 1;
    for (int l = 0; l < LANES; l++) out[l] = table[index[l]];
    return out;
#endif
}

/* table[index] lane by lane. */
INLINE vfloat gather(const float *table, vint index) {
#ifdef __AVX512F__
    return (vfloat)_mm512_i32gather_ps((__m512i)index, table, 4);
#else
    vfloat out;
    for (int l = 0; l < LANES; l++) out[l] = table[index[l]];
    return out;
#endif
}

/* Low 32 bits of each lane times a 32-bit constant, in full. */
INLINE vlong multiply_wide(vlong a, uint64_t constant) {
#ifdef __AVX512F__
    return (vlong)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64((long long)constant));
#else
    return (a & 0xFFFFFFFFu) * constant;
#endif
}

/* Four vectors to one whose 128-bit parts hold four partial sums each: [Σa Σb Σc Σd] in total. */
INLINE vfloat reduce_four(vfloat a, vfloat b, vfloat c, vfloat d) {
#define LOW(x, y) SHUFFLE(x, y, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH(x, y) SHUFFLE(x, y, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
    const vfloat ab = LOW(a, b) + HIGH(a, b), cd = LOW(c, d) + HIGH(c, d);
#undef LOW
#undef HIGH
    return SHUFFLE(ab, cd, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
           SHUFFLE(ab, cd, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
}

/* Four results of reduce_four to the sixteen sums, in order. */
INLINE vfloat reduce_sixteen(vfloat a, vfloat b, vfloat c, vfloat d) {
#define EVEN(x, y) SHUFFLE(x, y, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)
#define ODD(x, y) SHUFFLE(x, y, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)
    const vfloat ab = EVEN(a, b) + ODD(a, b), cd = EVEN(c, d) + ODD(c, d);
    return EVEN(ab, cd) + ODD(ab, cd);
#undef EVEN
#undef ODD
}

INLINE double sum_lanes(vfloat x) {
    double sum = 0;
    for (int l = 0; l < LANES; l++) sum += x[l];
    return sum;
}

#endif
