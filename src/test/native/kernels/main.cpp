// Compares each kernel of the CUDA engine with plain loops in double precision, on random data of many shapes.
//
//   g++ -std=c++17 -O2 -o kernels *.cpp -ldl
//   ./kernels DRIVER COMPILER SOURCES [LAUNCHES]
//
// With LAUNCHES, it also times the layers of a ResNet-20 for 128 images of 32x32, each kernel launched so many times.
// DRIVER and COMPILER are libcuda.so.1 and libnvrtc.so, NVIDIA's or the emulator's; SOURCES is the folder of the .cu files.

#include "check.hpp"

int main(int count, char** arguments) {
  using namespace kernels;
  if (count < 4) {
    std::fprintf(stderr, "usage: kernels DRIVER COMPILER SOURCES [LAUNCHES]\n");
    return 2;
  }
  bool good = true;
  for (int precision : {32, 16}) {
    Device device(arguments[1], arguments[2], arguments[3], precision);
    Checks checks(device);
    for (auto check : {checkConvolutions, checkSums, checkLayers, checkLoss, checkInput}) {
      try {
        check(checks);
      } catch (const std::exception& failure) {
        std::printf("%s\n", failure.what());
        good = false;
      }
    }
    good &= checks.report(precision == 32 ? "float32" : "bfloat16");
    if (count > 4) {
      timeLayers(checks, 128, std::stoi(arguments[4]));
    }
  }
  return good ? 0 : 1;
}
