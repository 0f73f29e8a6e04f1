/* The fold for one instruction set; sketch.c includes this once for each, with its NAME, the attribute TARGET, and WIDTH, the
   floats of its vector registers. */
#define PASTE2(a, b) a##_##b
#define PASTE(a, b) PASTE2(a, b)
#define FLOATS PASTE(floats, NAME)
#define BITS PASTE(bits, NAME)
#define ADD_ROW PASTE(add_row, NAME)
#define FOLD PASTE(fold, NAME)

typedef float FLOATS __attribute__((vector_size(4 * WIDTH)));
typedef uint32_t BITS __attribute__((vector_size(4 * WIDTH)));

/* Adds a row to its sums, and its squares to LANES partial ones. */
TARGET ALWAYS_INLINE void ADD_ROW(const struct place *p, const BITS *lanes, const float *row, uint64_t number, double *square) {
  uint64_t w = word(p->seed, number);
  float *sums = p->sums + ((0 - (w >> p->shift)) & p->mask);
  uint32_t sign = (uint32_t)w << 31;
  for (int k = 0; k < ROW / WIDTH; k++) {
    BITS x;
    FLOATS sum;
    memcpy(&x, row + WIDTH * k, sizeof x);
    memcpy(&sum, sums + WIDTH * k, sizeof sum);
    x = x ^ lanes[k] ^ sign;
    sum += (FLOATS)x;
    memcpy(sums + WIDTH * k, &sum, sizeof sum);
  }
  for (int k = 0; k < ROW; k += LANES)
    for (int j = 0; j < LANES; j++) square[j] += (double)row[k + j] * row[k + j];
}

TARGET static void FOLD(const struct place *at, const float *const *tensors, const int64_t *lengths, int64_t count, double *norms) {
  struct place p = *at; /* a copy that no store can reach: it stays in registers */
  BITS lanes[ROW / WIDTH];
  memcpy(lanes, p.lanes, sizeof lanes);
  uint64_t number = 0;
  for (int64_t i = 0; i < count; i++) {
    const float *x = tensors[i];
    int64_t full = lengths[i] / ROW, rest = lengths[i] % ROW;
    double square[LANES] = {0};
    if (x) {
      for (int64_t r = 0; r < full; r++) ADD_ROW(&p, lanes, x + ROW * r, number + (uint64_t)r, square);
      if (rest) {
        float row[ROW] = {0};
        memcpy(row, x + ROW * full, sizeof(float) * (size_t)rest);
        ADD_ROW(&p, lanes, row, number + (uint64_t)full, square);
      }
    }
    number += (uint64_t)(full + (rest != 0));
    for (int half = LANES / 2; half > 0; half /= 2)
      for (int j = 0; j < half; j++) square[j] += square[j + half];
    norms[i] = square[0];
  }
}

#undef PASTE2
#undef PASTE
#undef FLOATS
#undef BITS
#undef ADD_ROW
#undef FOLD
#undef NAME
#undef TARGET
#undef WIDTH
