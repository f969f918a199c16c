#!/bin/sh
# Builds the emulator into a folder and runs its self-test: build.sh OUT_FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
cxx=${EMULATOR_CXX:-g++}
flags="-std=c++17 -O1 -fPIC -fvisibility=hidden -Wall -Wextra -Wno-attributes"
"$cxx" $flags -shared -Wl,-soname,libnvrtc.so.13 -o "$out/libnvrtc.so.13" "$here/nvrtc.cpp" -ldl &
compiler=$!
"$cxx" $flags -shared -Wl,-soname,libcuda.so.1 -o "$out/libcuda.so.1" \
  "$here/driver.cpp" "$here/memory.cpp" "$here/modules.cpp" "$here/streams.cpp" "$here/graphs.cpp" "$here/workers.cpp" -ldl -pthread
wait "$compiler"
cp "$here/module.h" "$here/stacks.h" "$here/fibers.h" "$here/warp.h" "$here/emulator.h" "$out/"
"$cxx" -std=c++17 -O1 -Wall -Wextra -o "$out/self-test" "$here/self-test.cpp" "$out/libcuda.so.1" "$out/libnvrtc.so.13"
# The messages about misuse that the test provokes are shown only if it fails.
if ! LD_LIBRARY_PATH="$out" "$out/self-test" "$here/self-test.cu" >"$out/self-test.log" 2>&1; then
  cat "$out/self-test.log"
  exit 1
fi
