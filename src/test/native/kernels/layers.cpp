#include "check.hpp"

namespace kernels {
namespace {

void elements(Checks& checks, long long count) {
  Device& d = checks.device;
  auto a = checks.tensor(count);
  auto b = checks.tensor(count);
  std::vector<double> positive(count), passed(count), sum(count);
  for (long long i = 0; i < count; i++) {
    positive[i] = std::max(0.0, static_cast<double>(a[i]));
    passed[i] = a[i] > 0 ? b[i] : 0;
    sum[i] = static_cast<double>(a[i]) + b[i];
  }
  auto da = holdTensor(d, a), db = holdTensor(d, b);
  Grid grid{ceilDivide(count, 2048)};
  std::string text = std::to_string(count);
  auto run = [&](const char* name, const std::vector<double>& want, auto launch) {
    Output out = checks.tensorOutput(want);
    Function f = d.kernel("generic.cu", name);
    checks.verify(name, text, {out}, [&] { launch(f, out.array->at()); });
    // In place of the last operand.
    out.before = (std::string(name) == "relu" ? da : db)->read();
    checks.verify(name, text + " in place", {out}, [&] {
      Address at = out.array->at();
      if (std::string(name) == "relu") {
        d.launch(f, grid, 256, at, at, count);
      } else {
        d.launch(f, grid, 256, da->at(), at, at, count);
      }
    });
  };
  run("relu", positive, [&](Function f, Address to) { d.launch(f, grid, 256, da->at(), to, count); });
  run("reluGradient", passed, [&](Function f, Address to) { d.launch(f, grid, 256, da->at(), db->at(), to, count); });
  run("add", sum, [&](Function f, Address to) { d.launch(f, grid, 256, da->at(), db->at(), to, count); });
}

/// Arrays that start between two 16-byte addresses.
void unaligned(Checks& checks) {
  Device& d = checks.device;
  long long count = 300;
  auto a = checks.tensor(count + 1);
  std::vector<double> want(a.begin() + 1, a.end());
  for (double& value : want) {
    value += value;
  }
  auto da = holdTensor(d, a);
  Address from = da->at() + (d.isHalf() ? 2 : 4);
  Output out = checks.tensorOutput(want);
  Function f = d.kernel("generic.cu", "add");
  checks.verify("add", "unaligned", {out}, [&] { d.launch(f, Grid{1}, 256, from, from, out.array->at(), count); });
}

void pooling(Checks& checks, int n, int h, int w, int channels, int kh, int kw, int sh, int sw, int top, int left, int bottom,
             int right, bool maximum) {
  Device& d = checks.device;
  int oh = (h + top + bottom - kh) / sh + 1;
  int ow = (w + left + right - kw) / sw + 1;
  size_t sources = static_cast<size_t>(n) * h * w * channels;
  size_t targets = static_cast<size_t>(n) * oh * ow * channels;
  auto x = checks.tensor(sources);
  for (float& value : x) {
    value = maximum ? std::round(value) : value;  // equal maxima
  }
  auto dy = checks.tensor(targets);
  std::vector<double> y(targets), argmax(targets), dx(sources);
  for (size_t t = 0; t < targets; t++) {
    int c = t % channels, ox = t / channels % ow, oy = t / channels / ow % oh;
    size_t image = t / channels / ow / oh * h * w;
    double sum = 0;
    int members = 0;
    int best = -1;
    auto each = [&](auto use) {
      for (int ky = 0; ky < kh; ky++) {
        for (int kx = 0; kx < kw; kx++) {
          int row = oy * sh - top + ky, column = ox * sw - left + kx;
          if (row >= 0 && row < h && column >= 0 && column < w) {
            use(row * w + column);
          }
        }
      }
    };
    each([&](int i) {
      double value = x[(image + i) * channels + c];
      sum += value;
      members++;
      best = best < 0 || value > x[(image + best) * channels + c] ? i : best;
    });
    argmax[t] = best;
    y[t] = maximum ? x[(image + best) * channels + c] : sum / members;
    if (maximum) {
      dx[(image + best) * channels + c] += dy[t];
    } else {
      each([&](int i) { dx[(image + i) * channels + c] += static_cast<double>(dy[t]) / members; });
    }
  }
  char text[160];
  std::snprintf(text, sizeof text, "%s, n %d, %dx%dx%d, window %dx%d, stride %dx%d, padding %d %d %d %d",
                maximum ? "maximum" : "mean", n, h, w, channels, kh, kw, sh, sw, top, left, bottom, right);
  auto dX = holdTensor(d, x), dDy = holdTensor(d, dy);
  Output outY = checks.tensorOutput(y);
  Output outArgmax = checks.output(Type::INT, argmax);
  Function forward = d.kernel("generic.cu", "poolForward");
  Address indices = maximum ? outArgmax.array->at() : 0;
  std::vector<Output> outputs{outY};
  if (maximum) {
    outputs.push_back(outArgmax);
  }
  checks.verify("poolForward", text, outputs, [&] {
    d.launch(forward, Grid{ceilDivide(targets, 256)}, 256, dX->at(), outY.array->at(), indices, n, h, w, channels, oh, ow,
             kh, kw, sh, sw, top, left, maximum ? 1 : 0);
  });
  Output outDx = checks.tensorOutput(dx);
  Function gradient = d.kernel("generic.cu", "poolGradient");
  checks.verify("poolGradient", text, {outDx}, [&] {
    d.launch(gradient, Grid{ceilDivide(sources, 256)}, 256, dDy->at(), indices, outDx.array->at(), n, h, w, channels, oh, ow,
             kh, kw, sh, sw, top, left, maximum ? 1 : 0);
  });
}

void dense(Checks& checks, int n, int hw, int channels, int out, bool bias) {
  Device& d = checks.device;
  int in = hw * channels;
  auto x = checks.tensor(static_cast<size_t>(n) * in);
  auto dy = checks.tensor(static_cast<size_t>(n) * out);
  auto w = checks.floats(static_cast<size_t>(out) * in);
  auto b = checks.floats(out);
  std::vector<double> y(dy.size()), dx(x.size()), dw(w.size()), db(out);
  for (int i = 0; i < n; i++) {
    for (int o = 0; o < out; o++) {
      size_t target = static_cast<size_t>(i) * out + o;
      for (int p = 0; p < hw; p++) {
        for (int c = 0; c < channels; c++) {
          size_t source = static_cast<size_t>(i) * in + p * channels + c;
          size_t weight = (static_cast<size_t>(o) * channels + c) * hw + p;
          y[target] += static_cast<double>(x[source]) * w[weight];
          dx[source] += static_cast<double>(dy[target]) * w[weight];
          dw[weight] += static_cast<double>(dy[target]) * x[source];
        }
      }
      y[target] += bias ? b[o] : 0;
      db[o] += dy[target];
    }
  }
  char text[100];
  std::snprintf(text, sizeof text, "n %d, %d pixels, %d channels, %d classes", n, hw, channels, out);
  auto dX = holdTensor(d, x), dDy = holdTensor(d, dy), dW = hold(d, w), dB = hold(d, b);
  Output outY = checks.tensorOutput(y);
  Output outFloat = checks.output(Type::FLOAT, y);
  Function forward = d.kernel("generic.cu", "denseForward");
  Grid grid{ceilDivide(static_cast<long long>(n) * out, 8)};
  Address biases = bias ? dB->at() : 0;
  checks.verify("denseForward", text, {outFloat}, [&] {
    d.launch(forward, grid, 256, dX->at(), dW->at(), biases, Address(0), outFloat.array->at(), n, in, out, hw, channels);
  });
  checks.verify("denseForward", text, {outY}, [&] {
    d.launch(forward, grid, 256, dX->at(), dW->at(), biases, outY.array->at(), Address(0), n, in, out, hw, channels);
  });
  Output outDx = checks.tensorOutput(dx);
  Function source = d.kernel("generic.cu", "denseSourceGradient");
  checks.verify("denseSourceGradient", text, {outDx}, [&] {
    d.launch(source, Grid{ceilDivide(static_cast<long long>(n) * in, 256)}, 256, dDy->at(), dW->at(), outDx.array->at(), n,
             in, out, hw, channels);
  });
  Output outDw = checks.output(Type::FLOAT, dw);
  Output outDb = checks.output(Type::FLOAT, db);
  std::vector<Output> outputs{outDw};
  if (bias) {
    outputs.push_back(outDb);
  }
  Function weights = d.kernel("generic.cu", "denseWeightsGradient");
  checks.verify("denseWeightsGradient", text, outputs, [&] {
    d.launch(weights, Grid{static_cast<unsigned>(out), ceilDivide(in + 1, 32)}, 256, dX->at(), dDy->at(),
             outDw.array->at(), bias ? outDb.array->at() : Address(0), n, in, out, hw, channels);
  });
}

}  // namespace

void checkLayers(Checks& checks) {
  for (long long count : {1, 7, 8, 9, 2047, 2048, 2049, 10'000}) {
    elements(checks, count);
  }
  unaligned(checks);
  for (bool maximum : {false, true}) {
    pooling(checks, 7, 8, 8, 64, 8, 8, 1, 1, 0, 0, 0, 0, maximum);    // the whole image
    pooling(checks, 2, 12, 12, 16, 2, 2, 2, 2, 0, 0, 0, 0, maximum);
    pooling(checks, 1, 11, 9, 5, 3, 3, 2, 2, 1, 1, 1, 1, maximum);    // overlapping
    pooling(checks, 3, 7, 12, 3, 3, 3, 1, 2, 1, 0, 1, 1, maximum);
    pooling(checks, 1, 5, 5, 17, 3, 2, 2, 1, 0, 0, 0, 0, maximum);
    pooling(checks, 2, 9, 9, 4, 2, 2, 3, 3, 0, 0, 0, 0, maximum);     // pixels in no window
    pooling(checks, 1, 7, 7, 4, 1, 1, 3, 3, -1, -1, 0, 0, maximum);
  }
  for (int classes : {2, 10, 257, 1000}) {
    for (int n : {1, 7, 8, 33}) {
      dense(checks, n, 1, 64, classes, true);
      dense(checks, n, 1, 17, classes, false);
      dense(checks, n, 9, 5, classes, n % 2 == 0);
    }
  }
}

}  // namespace kernels
