#include "check.hpp"

namespace kernels {
namespace {

struct Shape {
  int n, h, w, cin, cout, kh, kw, sh, sw, top, left, bottom, right;

  int oh() const { return (h + top + bottom - kh) / sh + 1; }

  int ow() const { return (w + left + right - kw) / sw + 1; }

  std::string text() const {
    char text[200];
    std::snprintf(text, sizeof text, "n %d, %dx%d, %d -> %d channels, kernel %dx%d, stride %dx%d, padding %d %d %d %d", n,
                  h, w, cin, cout, kh, kw, sh, sw, top, left, bottom, right);
    return text;
  }

  /// Calls back with the index of the target, of the source, and of the weight, for one input and output channel of zero.
  template <typename Use>
  void eachProduct(Use use) const {
    for (int i = 0; i < n; i++) {
      for (int oy = 0; oy < oh(); oy++) {
        for (int ox = 0; ox < ow(); ox++) {
          for (int ky = 0; ky < kh; ky++) {
            for (int kx = 0; kx < kw; kx++) {
              int y = oy * sh - top + ky;
              int x = ox * sw - left + kx;
              if (y < 0 || y >= h || x < 0 || x >= w) {
                continue;
              }
              size_t target = (static_cast<size_t>(i) * oh() + oy) * ow() + ox;
              size_t source = (static_cast<size_t>(i) * h + y) * w + x;
              int tap = ky * kw + kx;
              for (int o = 0; o < cout; o++) {
                for (int c = 0; c < cin; c++) {
                  use(target * cout + o, source * cin + c, (static_cast<size_t>(o) * cin + c) * kh * kw + tap);
                }
              }
            }
          }
        }
      }
    }
  }

  size_t sources() const { return static_cast<size_t>(n) * h * w * cin; }

  size_t targets() const { return static_cast<size_t>(n) * oh() * ow() * cout; }

  size_t weights() const { return static_cast<size_t>(cout) * cin * kh * kw; }
};

int tileOf(int channels) { return channels <= 16 ? 16 : channels <= 32 ? 32 : 64; }

void forward(Checks& checks, const Shape& s, bool bias, bool residual, bool relu) {
  Device& d = checks.device;
  auto x = checks.tensor(s.sources());
  auto w = checks.floats(s.weights());
  auto b = checks.floats(s.cout);
  auto r = checks.tensor(s.targets());
  std::vector<double> want(s.targets());
  s.eachProduct([&](size_t target, size_t source, size_t weight) {
    want[target] += static_cast<double>(x[source]) * w[weight];
  });
  for (size_t i = 0; i < want.size(); i++) {
    want[i] += (bias ? b[i % s.cout] : 0) + (residual ? r[i] : 0);
    want[i] = relu ? std::max(0.0, want[i]) : want[i];
  }
  auto dx = holdTensor(d, x);
  auto dw = hold(d, w);
  auto db = hold(d, b);
  auto dr = holdTensor(d, r);
  Output y = checks.tensorOutput(want);
  Function f = d.kernel("generic-convolution.cu", "convolutionForward");
  int tile = tileOf(s.cout);
  Grid grid{ceilDivide(static_cast<long long>(s.n) * s.oh() * s.ow() * tile, 2048), ceilDivide(s.cout, tile)};
  checks.verify("convolutionForward", s.text(), {y}, [&] {
    d.launch(f, grid, 128, dx->at(), dw->at(), bias ? db->at() : Address(0), residual ? dr->at() : Address(0),
             y.array->at(), s.n, s.h, s.w, s.cin, s.oh(), s.ow(), s.cout, s.kh, s.kw, s.sh, s.sw, s.top, s.left,
             relu ? 1 : 0);
  });
}

void sourceGradient(Checks& checks, const Shape& s) {
  Device& d = checks.device;
  auto dy = checks.tensor(s.targets());
  auto w = checks.floats(s.weights());
  std::vector<double> want(s.sources());
  s.eachProduct([&](size_t target, size_t source, size_t weight) {
    want[source] += static_cast<double>(dy[target]) * w[weight];
  });
  auto ddy = holdTensor(d, dy);
  auto dw = hold(d, w);
  Output dx = checks.tensorOutput(want);
  Function f = d.kernel("generic-convolution.cu", "convolutionSourceGradient");
  int tile = tileOf(s.cin);
  Grid grid{ceilDivide(static_cast<long long>(s.n) * s.h * s.w * tile, 2048), ceilDivide(s.cin, tile)};
  checks.verify("convolutionSourceGradient", s.text(), {dx}, [&] {
    d.launch(f, grid, 128, ddy->at(), dw->at(), dx.array->at(), s.n, s.h, s.w, s.cin, s.oh(), s.ow(), s.cout, s.kh,
             s.kw, s.sh, s.sw, s.top, s.left);
  });
}

/// With sumPartials.
void weightsGradient(Checks& checks, const Shape& s) {
  Device& d = checks.device;
  auto x = checks.tensor(s.sources());
  auto dy = checks.tensor(s.targets());
  std::vector<double> want(s.weights());
  s.eachProduct([&](size_t target, size_t source, size_t weight) {
    want[weight] += static_cast<double>(dy[target]) * x[source];
  });
  int tile = tileOf(std::max(s.cin, s.cout));
  unsigned tiles = s.kh * s.kw * ceilDivide(s.cout, tile) * ceilDivide(s.cin, tile);
  int splits = std::max(1u, std::min(ceilDivide(1024, tiles), ceilDivide(static_cast<long long>(s.n) * s.oh() * s.ow(), 256)));
  auto dx = holdTensor(d, x);
  auto ddy = holdTensor(d, dy);
  auto scratch = std::make_shared<Array>(d, splits * s.weights() * 4);
  Output dw = checks.output(Type::FLOAT, want);
  Function f = d.kernel("generic-convolution.cu", "convolutionWeightsGradient");
  Function add = d.kernel("generic-convolution.cu", "sumPartials");
  checks.verify("convolutionWeightsGradient", s.text(), {dw}, [&] {
    scratch->poison();
    d.launch(f, Grid{static_cast<unsigned>(splits), tiles}, 256, dx->at(), ddy->at(), dw.array->at(), scratch->at(), s.n,
             s.h, s.w, s.cin, s.oh(), s.ow(), s.cout, s.kh, s.kw, s.sh, s.sw, s.top, s.left, splits);
    d.launch(add, Grid{ceilDivide(s.weights(), 32)}, 256, scratch->at(), dw.array->at(), static_cast<int>(s.weights()),
             splits);
    scratch->read();
  });
}

}  // namespace

void checkConvolutions(Checks& checks) {
  std::vector<Shape> shapes = {
      {2, 32, 32, 3, 16, 3, 3, 1, 1, 1, 1, 1, 1},    // the layers of a ResNet-20
      {1, 32, 32, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1},   //
      {1, 32, 32, 16, 32, 3, 3, 2, 2, 0, 0, 1, 1},   //
      {1, 32, 32, 16, 32, 1, 1, 2, 2, 0, 0, -1, -1}, //
      {1, 8, 8, 64, 64, 3, 3, 1, 1, 1, 1, 1, 1},     //
      {8, 6, 6, 32, 64, 3, 3, 2, 2, 0, 0, 1, 1},     //
      {1, 9, 9, 5, 3, 7, 7, 2, 2, 3, 3, 3, 3},       //
      {1, 7, 5, 4, 6, 1, 1, 3, 3, -1, -1, 0, 0},     // skips the first pixels
      {3, 12, 12, 64, 80, 3, 3, 1, 1, 1, 1, 1, 1},   // more channels than a tile
  };
  std::mt19937 random(7);
  auto one = [&](std::vector<int> values) { return values[random() % values.size()]; };
  while (shapes.size() < 70) {
    Shape s{one({1, 1, 7, 8}), one({1, 2, 3, 4, 5, 7, 8, 11, 12}), one({1, 2, 3, 5, 6, 8, 9, 12}), one({1, 3, 5, 16, 17, 64}),
            one({1, 3, 5, 16, 17, 64}), one({1, 3, 5}), one({1, 3, 3, 5}), one({1, 1, 2}), one({1, 1, 2}), one({0, 1, 2}),
            one({0, 1, 2}), one({0, 1, 2}), one({0, 1, 2})};
    bool fits = s.h + s.top + s.bottom >= s.kh && s.w + s.left + s.right >= s.kw && s.top < s.kh && s.left < s.kw;
    long long work = static_cast<long long>(s.targets()) * s.cin * s.kh * s.kw;
    if (fits && work < 20'000'000) {
      shapes.push_back(s);
    }
  }
  for (size_t i = 0; i < shapes.size(); i++) {
    forward(checks, shapes[i], i % 2 == 1, i % 3 == 1, i % 4 >= 2);
    sourceGradient(checks, shapes[i]);
    weightsGradient(checks, shapes[i]);
  }
}

}  // namespace kernels
