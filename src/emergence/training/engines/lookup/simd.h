/* Vectors of sixteen floats, in parts as wide as the machine's registers: gcc keeps vectors that are
   wider than that in memory. Built on the compilers' own vector extension; the few operations it
   cannot express well have versions for AVX-512, AVX2 or SSE2 and a portable one. */
#ifndef EMERGENCE_SIMD_H
#define EMERGENCE_SIMD_H

#include <stdint.h>
#include <string.h>

#define LANES 16
#if defined(__AVX512F__) && !defined(PORTABLE) /* PORTABLE, for tests: no intrinsics */
#define USE_AVX512
#define PART 16 /* lanes of a part */
#elif defined(__AVX2__) && !defined(PORTABLE)
#define USE_AVX2
#define PART 8
#else
#if defined(__SSE2__) && !defined(PORTABLE)
#define USE_SSE2
#endif
#define PART 4
#endif
#define PARTS (LANES / PART)
#if defined(USE_AVX512) || defined(USE_AVX2) || defined(USE_SSE2)
#include <immintrin.h>
#endif

typedef float fpart __attribute__((vector_size(4 * PART)));
typedef int32_t ipart __attribute__((vector_size(4 * PART)));
typedef uint32_t upart __attribute__((vector_size(4 * PART)));
typedef uint64_t lpart __attribute__((vector_size(4 * PART))); /* half as many lanes */
typedef struct { fpart at[PARTS]; } vfloat __attribute__((aligned(64)));
typedef struct { upart at[PARTS]; } vword __attribute__((aligned(64)));

#if defined(__clang__) || __GNUC__ >= 12
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#define SHUFFLE_LONG(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (ipart){__VA_ARGS__})
#define SHUFFLE_LONG(a, b, ...) __builtin_shuffle(a, b, (lpart){__VA_ARGS__})
#endif

#define INLINE static inline __attribute__((always_inline))
#define FOR_PARTS(i) _Pragma("GCC unroll 4") for (int i = 0; i < PARTS; i++)

static const vfloat ZERO;

INLINE vfloat broadcast(float x) {
    vfloat out;
    FOR_PARTS(i) out.at[i] = x - (fpart){0}; /* x - 0 is x, a negative zero too */
    return out;
}

INLINE vfloat add(vfloat a, vfloat b) {
    FOR_PARTS(i) a.at[i] += b.at[i];
    return a;
}

INLINE vfloat subtract(vfloat a, vfloat b) {
    FOR_PARTS(i) a.at[i] -= b.at[i];
    return a;
}

INLINE vfloat multiply(vfloat a, vfloat b) {
    FOR_PARTS(i) a.at[i] *= b.at[i];
    return a;
}

/* a · b, rounded. Compilers fuse multiply() and an addition that follows, if fused is to be had. */
INLINE vfloat product(vfloat a, vfloat b) {
    FOR_PARTS(i) {
        a.at[i] *= b.at[i];
#if defined(__x86_64__)
        __asm__("" : "+v"(a.at[i]));
#elif defined(__aarch64__)
        __asm__("" : "+w"(a.at[i]));
#else
        __asm__("" : "+m"(a.at[i]));
#endif
    }
    return a;
}

/* The larger of a and b; b where either is not a number, so that divergence stays visible. */
INLINE vfloat larger(vfloat a, vfloat b) {
    FOR_PARTS(i) {
#if defined(USE_AVX512)
        a.at[i] = _mm512_max_ps(a.at[i], b.at[i]);
#elif defined(USE_AVX2)
        a.at[i] = _mm256_max_ps(a.at[i], b.at[i]);
#elif defined(USE_SSE2)
        a.at[i] = _mm_max_ps(a.at[i], b.at[i]);
#else
        const ipart above = a.at[i] > b.at[i];
        a.at[i] = (fpart)(((ipart)a.at[i] & above) | ((ipart)b.at[i] & ~above));
#endif
    }
    return a;
}

/* Keeps x, a vfloat or vword, in a register from here on: gcc may load or compute it again at each
   use. With SSE2 registers are too few. */
#if defined(USE_AVX512) || defined(USE_AVX2)
#define KEEP_LOADED(x) FOR_PARTS(keep) __asm__("" : "+v"((x).at[keep]))
#else
#define KEEP_LOADED(x) (void)(x)
#endif

/* Keeps a part's sums where they are written, so that chains of them run side by side: gcc puts each
   chain together, and a core looks only so far ahead. With AVX2 only, where it was measured. */
#ifdef USE_AVX2
#define COMPUTE_NOW(part) __asm__ volatile("" : "+x"(part))
#else
#define COMPUTE_NOW(part) (void)(part)
#endif

INLINE vword load_words(const uint32_t *words) {
    typedef upart unaligned __attribute__((aligned(4)));
    vword out; /* by parts: gcc copies a vword in smaller pieces, which a load of a part then waits for */
    FOR_PARTS(i) out.at[i] = *(const unaligned *)(words + i * PART);
    return out;
}

/* (x >> shift) & mask. */
INLINE vword cut_out(vword x, uint32_t shift, uint32_t mask) {
    FOR_PARTS(i) x.at[i] = x.at[i] >> shift & mask;
    return x;
}

/* into | x << shift. */
INLINE vword put_in(vword into, vword x, uint32_t shift) {
    FOR_PARTS(i) into.at[i] |= x.at[i] << shift;
    return into;
}

/* Bit l of lane l, moved up by `shift`. */
INLINE vword lane_bits(const int shift) {
    static const uint32_t bits[LANES] = {1 << 0,  1 << 1,  1 << 2,  1 << 3, 1 << 4,  1 << 5,
                                        1 << 6,  1 << 7,  1 << 8,  1 << 9, 1 << 10, 1 << 11,
                                        1 << 12, 1 << 13, 1 << 14, 1 << 15};
    vword out = load_words(bits);
    FOR_PARTS(i) out.at[i] <<= shift;
    return out;
}

/* Bit l is set where lane l of x is above zero. */
INLINE uint16_t positive_lanes(vfloat x) {
#if defined(USE_AVX512)
    return _mm512_cmp_ps_mask(x.at[0], _mm512_setzero_ps(), _CMP_GT_OQ);
#elif defined(USE_AVX2) || defined(USE_SSE2)
    int lanes = 0;
    FOR_PARTS(i) {
#ifdef USE_AVX2
        const int part = _mm256_movemask_ps(_mm256_cmp_ps(x.at[i], _mm256_setzero_ps(), _CMP_GT_OQ));
#else
        const int part = _mm_movemask_ps(_mm_cmpgt_ps(x.at[i], _mm_setzero_ps()));
#endif
        lanes |= part << (i * PART);
    }
    return (uint16_t)lanes;
#else
    const vword bits = lane_bits(0);
    ipart set = {0};
    FOR_PARTS(i) set |= (ipart)bits.at[i] & (ipart)(x.at[i] > 0);
    int32_t lanes = 0;
    for (int l = 0; l < PART; l++) lanes |= set[l];
    return (uint16_t)lanes;
#endif
}

/* x in the lanes whose bit is set, zero elsewhere. */
INLINE vfloat broadcast_to_lanes(uint16_t lanes, const float *x) {
    vfloat out;
#ifdef USE_AVX512
    out.at[0] = _mm512_maskz_broadcastss_ps(lanes, _mm_load_ss(x));
#else
    const vword bits = lane_bits(0);
    const vfloat all = broadcast(*x);
    FOR_PARTS(i) out.at[i] = (fpart)((ipart)all.at[i] & (ipart)((bits.at[i] & lanes) == bits.at[i]));
#endif
    return out;
}

/* sum + x in the lanes whose bit is set in the low half (half 0) or high half (1) of `lanes`. */
INLINE vfloat add_to_lanes(vfloat sum, vfloat x, uint32_t lanes, const int half) {
    const vword bits = lane_bits(16 * half);
    FOR_PARTS(i) {
#ifdef USE_AVX512
        const __mmask16 chosen = _mm512_test_epi32_mask(_mm512_set1_epi32((int)lanes), (__m512i)bits.at[i]);
        sum.at[i] = _mm512_mask_add_ps(sum.at[i], chosen, sum.at[i], x.at[i]);
#else
        const ipart chosen = (ipart)((bits.at[i] & lanes) == bits.at[i]);
        sum.at[i] += (fpart)((ipart)x.at[i] & chosen);
#endif
    }
    return sum;
}

/* x in the first `count` lanes, zero elsewhere. */
INLINE vfloat first_lanes(vfloat x, int64_t count) {
    static const uint32_t numbers[LANES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const vword lane = load_words(numbers);
    FOR_PARTS(i) x.at[i] = (fpart)((ipart)x.at[i] & ((ipart)lane.at[i] < (int32_t)count));
    return x;
}

/* table[index] lane by lane, where the low four bits of an index count. */
INLINE vfloat choose(vfloat table, vword index) {
    vfloat out;
#if defined(USE_AVX512)
    out.at[0] = _mm512_permutexvar_ps((__m512i)index.at[0], table.at[0]);
#elif defined(USE_AVX2)
    FOR_PARTS(i) {
        const __m256i at = (__m256i)index.at[i];
        const __m256 low = _mm256_permutevar8x32_ps(table.at[0], at);
        const __m256 high = _mm256_permutevar8x32_ps(table.at[1], at);
        out.at[i] = _mm256_blendv_ps(low, high, (__m256)_mm256_slli_epi32(at, 28));
    }
#else
    const float *entries = (const float *)&table;
    FOR_PARTS(i) for (int l = 0; l < PART; l++) out.at[i][l] = entries[index.at[i][l] & (LANES - 1)];
#endif
    return out;
}

/* The same for entries that all lie in the half of a table that begins with `first`, 0 or 8. */
INLINE vfloat choose_in_half(vfloat table, vword index, const int first) {
#ifdef USE_AVX2
    vfloat out;
    fpart half = table.at[first / PART];
    __asm__("" : "+x"(half)); /* the permutation of memory is slower */
    FOR_PARTS(i) out.at[i] = _mm256_permutevar8x32_ps(half, (__m256i)index.at[i]);
    return out;
#else
    return choose(table, index);
#endif
}

/* table[index] lane by lane. */
INLINE vfloat gather(const float *table, vword index) {
    vfloat out;
#if defined(USE_AVX512)
    out.at[0] = _mm512_i32gather_ps((__m512i)index.at[0], table, 4);
#else
    FOR_PARTS(i) for (int l = 0; l < PART; l++) out.at[i][l] = table[index.at[i][l]];
#endif
    return out;
}

/* Low 32 bits of each lane times a 32-bit constant, in full. */
INLINE lpart multiply_wide(lpart a, uint64_t constant) {
#if defined(USE_AVX512)
    return (lpart)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64((long long)constant));
#elif defined(USE_AVX2)
    return (lpart)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x((long long)constant));
#elif defined(USE_SSE2)
    return (lpart)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x((long long)constant));
#else
    return (a & 0xFFFFFFFFu) * constant;
#endif
}

/* Lane i of part j to lane j of part i. */
INLINE void transpose(fpart rows[PART]) {
#if PART == 8
    fpart pairs[8], fours[8];
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = SHUFFLE(rows[i], rows[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        pairs[i + 1] = SHUFFLE(rows[i], rows[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int half = 0; half < 2; half++) {
        const fpart *p = pairs + 4 * half;
        fpart *f = fours + 4 * half;
        f[0] = SHUFFLE(p[0], p[2], 0, 1, 8, 9, 4, 5, 12, 13);
        f[1] = SHUFFLE(p[0], p[2], 2, 3, 10, 11, 6, 7, 14, 15);
        f[2] = SHUFFLE(p[1], p[3], 0, 1, 8, 9, 4, 5, 12, 13);
        f[3] = SHUFFLE(p[1], p[3], 2, 3, 10, 11, 6, 7, 14, 15);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        rows[i] = SHUFFLE(fours[i], fours[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        rows[i + 4] = SHUFFLE(fours[i], fours[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
#elif PART == 4
    const fpart a = SHUFFLE(rows[0], rows[1], 0, 4, 1, 5), b = SHUFFLE(rows[0], rows[1], 2, 6, 3, 7);
    const fpart c = SHUFFLE(rows[2], rows[3], 0, 4, 1, 5), d = SHUFFLE(rows[2], rows[3], 2, 6, 3, 7);
    rows[0] = SHUFFLE(a, c, 0, 1, 4, 5);
    rows[1] = SHUFFLE(a, c, 2, 3, 6, 7);
    rows[2] = SHUFFLE(b, d, 0, 1, 4, 5);
    rows[3] = SHUFFLE(b, d, 2, 3, 6, 7);
#endif
}

/* The sixteen units of a vector in another order, so that units to be added first lie in the same
   lane of two parts: their sum needs no shuffle. Doing it twice restores the order. */
INLINE vfloat pair_up(vfloat x) {
#if PART == 16
    return x;
#elif PART == 8
    return (vfloat){{SHUFFLE(x.at[0], x.at[1], 0, 1, 8, 9, 4, 5, 12, 13),
                     SHUFFLE(x.at[0], x.at[1], 2, 3, 10, 11, 6, 7, 14, 15)}};
#else
    transpose(x.at);
    return x;
#endif
}

/* Sum over the units of a vector that is paired up, unfinished. They are added in the same order
   everywhere: units 0 + 2, 1 + 3, these two, so in each four, then neighbouring fours. */
INLINE fpart add_parts(vfloat x) {
#if PART == 16
    return x.at[0];
#elif PART == 8
    return x.at[0] + x.at[1];
#else
    return (x.at[0] + x.at[2]) + (x.at[1] + x.at[3]);
#endif
}

/* As many results of add_parts as make a part to its sums, in order. */
INLINE fpart finish_sums(const fpart *sums) {
#if PART == 16
#define LOW(x, y) SHUFFLE(x, y, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH(x, y) SHUFFLE(x, y, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define FIRST(x, y) SHUFFLE(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define SECOND(x, y) SHUFFLE(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define ADD_GROUPS(x, y)                                                                    \
    (SHUFFLE(x, y, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +               \
     SHUFFLE(x, y, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31))
    fpart fours[4];
#pragma GCC unroll 4
    for (int q = 0; q < 4; q++, sums += 4) {
        const fpart ab = LOW(sums[0], sums[1]) + HIGH(sums[0], sums[1]);
        const fpart cd = LOW(sums[2], sums[3]) + HIGH(sums[2], sums[3]);
        fours[q] = FIRST(ab, cd) + SECOND(ab, cd);
    }
    const fpart ab = ADD_GROUPS(fours[0], fours[1]), cd = ADD_GROUPS(fours[2], fours[3]);
    return ADD_GROUPS(ab, cd);
#undef LOW
#undef HIGH
#undef FIRST
#undef SECOND
#undef ADD_GROUPS
#elif PART == 8
#define ADD_PAIRS(x, y) \
    (SHUFFLE(x, y, 0, 2, 8, 10, 4, 6, 12, 14) + SHUFFLE(x, y, 1, 3, 9, 11, 5, 7, 13, 15))
#define ADD_HALVES(x, y) \
    (SHUFFLE(x, y, 0, 1, 2, 3, 8, 9, 10, 11) + SHUFFLE(x, y, 4, 5, 6, 7, 12, 13, 14, 15))
    const fpart ab = ADD_PAIRS(sums[0], sums[1]), cd = ADD_PAIRS(sums[2], sums[3]);
    const fpart ef = ADD_PAIRS(sums[4], sums[5]), gh = ADD_PAIRS(sums[6], sums[7]);
    return ADD_PAIRS(ADD_HALVES(ab, ef), ADD_HALVES(cd, gh));
#undef ADD_PAIRS
#undef ADD_HALVES
#else
    const vfloat fours = pair_up((vfloat){{sums[0], sums[1], sums[2], sums[3]}});
    return (fours.at[0] + fours.at[1]) + (fours.at[2] + fours.at[3]);
#endif
}

INLINE double sum_lanes(vfloat x) {
    double sum = 0;
    FOR_PARTS(i) for (int l = 0; l < PART; l++) sum += x.at[i][l];
    return sum;
}

#endif
