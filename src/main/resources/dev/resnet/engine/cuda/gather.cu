// Convolutions of bfloat16 tensors on tensor cores, with the batch normalisations around them folded in. Tensors are [pixels][channels]
// (NHWC); 16, 32 or 64 channels. A tile of consecutive pixels, with its surroundings, is a range of consecutive pixels of the gathered
// tensor: it is loaded into shared memory once, transformed on the way, and each filter tap then reads rows of it at another distance.
// Taps outside the image read a row of zeros.

__device__ __forceinline__ uint4 load16(const Bf16* from) { return *reinterpret_cast<const uint4*>(from); }

__device__ __forceinline__ u32 loadPair(const Bf16* from) { return *reinterpret_cast<const u32*>(from); }

__device__ __forceinline__ void storePair(Bf16* to, u32 pair) { *reinterpret_cast<u32*>(to) = pair; }

/// Rows of C values in shared memory. The 16-byte chunks of a row are swapped so that eight rows' chunks lie in different banks.
template <int C>
struct Rows {
  static const int CHUNKS = C / 8;
  static const int BYTES = C * 2;

  static __device__ __forceinline__ int offset(int row, int chunk) {
    int swap = CHUNKS == 2 ? (row >> 2) & 1 : CHUNKS == 4 ? (row >> 1) & 3 : row & 7;
    return row * BYTES + ((chunk ^ swap) << 4);
  }
};

/// A convolution of images [H, W] to [OH, OW] with K×K taps, stride S, padding above and to the left; H = S·OH, W = S·OW.
template <int H_, int W_, int K_, int S_, int TOP_, int LEFT_>
struct Shape {
  static const int H = H_, W = W_, K = K_, S = S_, TOP = TOP_, LEFT = LEFT_, OH = H_ / S_, OW = W_ / S_, TAPS = K_ * K_;
};

/// Forward: output pixels gather source pixels.
template <class G>
struct Forward {
  static const int H = G::OH, W = G::OW;                  // of the pixels that gather
  static const int GATHERED = G::H * G::W;                // pixels of a gathered image

  template <int BM>
  static __host__ __device__ constexpr int maxRows() {
    return (BM % W == 0   ? G::S * G::W * (BM / W - 1) + G::S * (W - 1)
            : W % BM == 0 ? G::S * (BM - 1)
                          : G::S * G::W * ((BM - 1) / W + 1) + G::S * (W - 1))
        + (G::K - 1) * G::W + G::K;
  }

  static __device__ __forceinline__ int first(int p) {
    return G::S * G::W * (p / W) + G::S * (p % W) - G::TOP * G::W - G::LEFT;
  }

  static __device__ __forceinline__ int start(int p) { return first(p); }

  static __device__ __forceinline__ int end(int last) { return first(last) + (G::K - 1) * G::W + G::K; }

  /// Where each tap of pixel p lies, relative to `from`; the mask says which taps are inside the image.
  struct Gather {
    int row;
    u32 inside;

    __device__ __forceinline__ Gather(int p, int from) {
      int y = (p / W) % H * G::S - G::TOP;
      int x = p % W * G::S - G::LEFT;
      row = first(p) - from;
      inside = 0;
#pragma unroll
      for (int tap = 0; tap < G::TAPS; tap++) {
        int ty = y + tap / G::K;
        int tx = x + tap % G::K;
        inside |= (ty >= 0 && ty < G::H && tx >= 0 && tx < G::W ? 1u : 0u) << tap;
      }
    }

    __device__ __forceinline__ int of(int tap) const { return row + tap / G::K * G::W + tap % G::K; }
  };
};

/// Backward: source pixels gather gradients of output pixels.
template <class G>
struct Backward {
  static const int H = G::H, W = G::W;
  static const int GATHERED = G::OH * G::OW;

  template <int BM>
  static __host__ __device__ constexpr int maxRows() {
    return G::S == 1 ? BM + (G::K - 1) * (G::OW + 1)
                     : (((BM % W == 0 ? BM / W - 1 : W % BM == 0 ? 0 : (BM - 1) / W + 1) + G::K - 1) / G::S + 2) * G::OW;
  }

  /// Rounds down also below zero, down to -2 · S.
  static __device__ __forceinline__ int divided(int value) { return (value + 2 * G::S) / G::S - 2; }

  static __device__ __forceinline__ int start(int p) {
    return G::S == 1 ? p + G::TOP * G::OW + G::LEFT - (G::K - 1) * (G::OW + 1)
                     : divided(p / W + G::TOP - (G::K - 1)) * G::OW;
  }

  static __device__ __forceinline__ int end(int last) {
    return G::S == 1 ? last + G::TOP * G::OW + G::LEFT + 1 : (divided(last / W + G::TOP) + 1) * G::OW;
  }

  /// The first pixel that gathers gathered pixel q at its first tap: each q has one, and it belongs to one tile.
  static __device__ __forceinline__ int anchor(int q) { return G::S * W * (q / G::OW) + G::S * (q % G::OW); }

  struct Gather {
    int row;  // S = 1: the row of tap 0; else the global row of the pixel
    int column;
    int from;
    u32 inside;

    __device__ __forceinline__ Gather(int p, int from_) : from(from_) {
      int y = (p / W) % H + G::TOP;
      int x = p % W + G::LEFT;
      row = G::S == 1 ? p + G::TOP * G::OW + G::LEFT - from : p / W + G::TOP;
      column = x;
      inside = 0;
#pragma unroll
      for (int tap = 0; tap < G::TAPS; tap++) {
        int ty = y - tap / G::K;
        int tx = x - tap % G::K;
        bool on = ty >= 0 && tx >= 0 && ty % G::S == 0 && tx % G::S == 0 && ty / G::S < G::OH && tx / G::S < G::OW;
        inside |= (on ? 1u : 0u) << tap;
      }
    }

    __device__ __forceinline__ int of(int tap) const {
      return G::S == 1 ? row - tap / G::K * G::OW - tap % G::K
                       : (row - tap / G::K) / G::S * G::OW + (column - tap % G::K) / G::S - from;
    }
  };
};

/// How rows are transformed while they are loaded.
enum Prologue {
  PLAIN = 0,
  NORMALIZE = 1,          // max(0, slope · x + offset)
  GRADIENT = 2,           // of a normalisation: of_gradient · dz + of_source · x + constant
  GRADIENT_AND_MORE = 3   // the same, plus another gradient
};

template <int PROLOGUE>
__device__ __forceinline__ float transformed(float value, float x, float more, float c0, float c1, float c2) {
  if (PROLOGUE == NORMALIZE) {
    return fmaxf(0.f, c0 * value + c1);
  }
  if (PROLOGUE >= GRADIENT) {
    return c0 * value + (c1 * x + c2) + (PROLOGUE == GRADIENT_AND_MORE ? more : 0.f);
  }
  return value;
}

/// Loads rows of a tensor into shared memory in two halves, so that a block computes while its next rows are on their way.
template <int C, int PROLOGUE, int THREADS, int MAX_ROWS, class GATHER>
struct Loader {
  static const int CHUNKS = C / 8;
  static const int STEP = THREADS / CHUNKS;
  static const int LOADS = (MAX_ROWS + STEP - 1) / STEP;

  int chunk;
  float c0[8], c1[8], c2[8];
  uint4 v[LOADS], x[PROLOGUE >= GRADIENT ? LOADS : 1], m[PROLOGUE == GRADIENT_AND_MORE ? LOADS : 1];

  __device__ __forceinline__ explicit Loader(const float* norm) : chunk(threadIdx.x % CHUNKS) {
#pragma unroll
    for (int i = 0; i < 8; i++) {
      int c = chunk * 8 + i;
      c0[i] = PROLOGUE == NORMALIZE ? norm[SLOPE * C + c] : PROLOGUE >= GRADIENT ? norm[OF_GRADIENT * C + c] : 0.f;
      c1[i] = PROLOGUE == NORMALIZE ? norm[OFFSET * C + c] : PROLOGUE >= GRADIENT ? norm[OF_SOURCE * C + c] : 0.f;
      c2[i] = PROLOGUE >= GRADIENT ? norm[CONSTANT * C + c] : 0.f;
    }
  }

  __device__ __forceinline__ u32 pair(u32 value, u32 source, u32 more, int i) const {
    return pack(transformed<PROLOGUE>(low(value), low(source), low(more), c0[i], c1[i], c2[i]),
                transformed<PROLOGUE>(high(value), high(source), high(more), c0[i + 1], c1[i + 1], c2[i + 1]));
  }

  __device__ __forceinline__ uint4 transform(uint4 value, uint4 source, uint4 more) const {
    return make_uint4(pair(value.x, source.x, more.x, 0), pair(value.y, source.y, more.y, 2), pair(value.z, source.z, more.z, 4),
                      pair(value.w, source.w, more.w, 6));
  }

  /// Starts to load rows [start, end) of a tensor of `limit` rows.
  __device__ __forceinline__ void fetch(const Bf16* from, const Bf16* source, const Bf16* more, int start, int end, int limit) {
    const uint4 zero = make_uint4(0, 0, 0, 0);
#pragma unroll
    for (int u = 0; u < LOADS; u++) {
      int q = start + threadIdx.x / CHUNKS + u * STEP;
      bool inside = q < end && q >= 0 && q < limit;
      int at = q * C + chunk * 8;
      v[u] = inside ? load16(from + at) : zero;
      if (PROLOGUE >= GRADIENT) {
        x[u] = inside ? load16(source + at) : zero;
      }
      if (PROLOGUE == GRADIENT_AND_MORE) {
        m[u] = inside ? load16(more + at) : zero;
      }
    }
  }

  /// Transforms what was fetched and puts it into shared memory; rows outside the tensor are zero. Where a gradient is computed, the
  /// rows that belong to [ownFrom, ownTo) by their anchor are also written to `side`.
  __device__ __forceinline__ void put(unsigned char* rows, int start, int end, int limit, Bf16* side, int ownFrom, int ownTo) const {
#pragma unroll
    for (int u = 0; u < LOADS; u++) {
      int r = threadIdx.x / CHUNKS + u * STEP;
      int q = start + r;
      if (q < end) {
        uint4 t = v[u];
        bool inside = q >= 0 && q < limit;
        if (PROLOGUE != PLAIN && inside) {
          t = transform(v[u], x[PROLOGUE >= GRADIENT ? u : 0], m[PROLOGUE == GRADIENT_AND_MORE ? u : 0]);
        }
        *reinterpret_cast<uint4*>(rows + Rows<C>::offset(r, chunk)) = t;
        if (PROLOGUE >= GRADIENT && inside) {
          int anchor = GATHER::anchor(q);
          if (anchor >= ownFrom && anchor < ownTo) {
            *reinterpret_cast<uint4*>(side + q * C + chunk * 8) = t;
          }
        }
      }
    }
  }
};
