// Compares each kernel of the CUDA engine with plain loops in double precision, on random data of many shapes.
//
//   g++ -std=c++17 -O2 -o kernels *.cpp -ldl
//   ./kernels DRIVER COMPILER SOURCES [OPTIONS OF THE COMPILER]
//
// DRIVER and COMPILER are libcuda.so.1 and libnvrtc.so, NVIDIA's or the emulator's; SOURCES is the folder of the .cu files.

#include "check.hpp"

int main(int count, char** arguments) {
  using namespace kernels;
  if (count < 4) {
    std::fprintf(stderr, "usage: kernels DRIVER COMPILER SOURCES [OPTIONS]\n");
    return 2;
  }
  bool good = true;
  for (int precision : {32, 16}) {
    Device device(arguments[1], arguments[2], arguments[3], precision, count > 4 ? arguments[4] : "");
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
  }
  return good ? 0 : 1;
}
