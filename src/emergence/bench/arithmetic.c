/* The arithmetic of a training step of a wide network on operands that stay in registers: how fast a
   core could step if its tables cost nothing. Made of the engine's own functions. */
#include "train.h"

#define EXPORT __attribute__((visibility("default")))

/* `quads` times what forward_samples does for a quad of samples and a block of units. */
EXPORT float forward(int64_t quads, int64_t chunks) {
    uint64_t words[QUAD] __attribute__((aligned(64))) = {0};
    uint16_t lanes[QUAD] = {0};
    vfloat entry = broadcast(0.5f), weight = broadcast(0.25f);
    fpart total = {};
    for (int64_t q = 0; q < quads; q++) {
        KEEP_LOADED(entry); /* the compiler knows nothing of it, so that every round is computed */
        vfloat z[QUAD] = {entry, entry, entry, entry};
        for (int64_t c = 0; c < chunks; c++)
            for (int i = 0; i < QUAD; i++) {
                z[i] = add(z[i], entry);
                KEEP_LOADED(z[i]);
            }
        if (MARKS_SETS) mark_quad(words, z, 1);
        for (int i = 0; i < QUAD; i++) {
            if (!MARKS_SETS) lanes[i] = positive_lanes(z[i]);
            total += add_parts(product(weight, larger(ZERO, z[i])));
        }
        __asm__ volatile("" : : "r"(words), "r"(lanes) : "memory");
    }
    return total[0];
}

/* `samples` times what backward_set does for a sample and one table of SET blocks. */
EXPORT float backward(int64_t samples) {
    float residual[TILE];
    uint64_t words[TILE];
    for (int i = 0; i < TILE; i++) {
        residual[i] = 1.0f;
        words[i] = 0x5A3C96F00FF0695Aull * (2 * i + 1);
    }
    vfloat sums[SET] = {};
    for (int64_t s = 0; s < samples; s++) add_sample(sums, residual[s % TILE], words[s % TILE], 1);
    return add(add(sums[0], sums[1]), add(sums[2], sums[3])).at[0][0];
}

EXPORT int quad_samples(void) { return QUAD; }
EXPORT int block_units(void) { return LANES; }
EXPORT int set_blocks(void) { return SET; }
EXPORT int wide_blocks(void) { return WIDE_BLOCKS; }
