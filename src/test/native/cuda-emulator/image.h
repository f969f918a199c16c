// What the fake compiler and the fake driver agree on: the form of a "cubin", and the table of kernels.
#pragma once
#include <cctype>
#include <cstring>
#include <string>

const char IMAGE_MAGIC[] = "EMULATED";

/// The driver is given an image without its length: it stands in front.
inline std::string toImage(const std::string& sharedObject) {
  size_t size = sharedObject.size();
  std::string image(IMAGE_MAGIC, 8);
  image.append(reinterpret_cast<const char*>(&size), sizeof size);
  return image + sharedObject;
}

/// The shared object in an image; empty if it is none.
inline std::string fromImage(const void* image) {
  auto bytes = static_cast<const char*>(image);
  if (memcmp(bytes, IMAGE_MAGIC, 8) != 0) {
    return "";
  }
  size_t size;
  memcpy(&size, bytes + 8, sizeof size);
  return std::string(bytes + 16, size);
}

/// Where the parenthesis that opens at `open` closes, plus one.
inline size_t behind(const std::string& text, size_t open) {
  int depth = 0;
  for (size_t i = open; i < text.size(); i++) {
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    if (depth == 0) {
      return i + 1;
    }
  }
  return text.size();
}

/// Gives loops that CUDA would unroll to g++ for unrolling.
inline void translateUnroll(std::string& text) {
  const std::string unroll = "#pragma unroll";
  for (size_t start = text.find(unroll); start != std::string::npos; start = text.find(unroll, start)) {
    size_t end = text.find('\n', start);
    std::string count = text.substr(start + unroll.size(), end - start - unroll.size());
    bool given = count.find_first_not_of(" \t") != std::string::npos;
    text.replace(start, end - start, "#pragma GCC unroll " + (given ? count : "16"));
  }
}

/// Adds the table of all `extern "C" __global__` functions to a preprocessed source. Those and launch bounds still stand there by name.
inline std::string withTable(std::string text) {
  const std::string global = "__global__", launchBounds = "__launch_bounds__";
  std::string table;
  translateUnroll(text);
  for (size_t start = text.find(global); start != std::string::npos; start = text.find(global, start)) {
    text.replace(start, global.size(), global.size(), ' ');
    size_t before = text.find_last_not_of(" \t\n", start);
    bool external = before != std::string::npos && before >= 9 && text.compare(before - 9, 10, "extern \"C\"") == 0;
    std::string bounds = "1024", name;
    size_t i = start;
    bool definition = false;
    while (i < text.size()) {
      if (isalnum(static_cast<unsigned char>(text[i])) || text[i] == '_') {
        size_t end = i;
        while (isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_') {
          end++;
        }
        std::string word = text.substr(i, end - i);
        size_t next = text.find_first_not_of(" \t\n", end);
        if (word == launchBounds) {
          size_t close = behind(text, next);
          bounds = "emulator::bounds" + text.substr(next, close - next);
          text.replace(i, close - i, close - i, ' ');
          end = close;
        } else if (word == "__attribute__") {
          end = behind(text, next);
        } else if (next < text.size() && text[next] == '(') {
          name = word;
          size_t body = text.find_first_not_of(" \t\n", behind(text, next));
          definition = body < text.size() && text[body] == '{';
          break;
        }
        i = end;
      } else {
        i++;
      }
    }
    if (external && definition) {
      table += "emulator::describe<&" + name + ">(\"" + name + "\", " + bounds + "),\n";
    }
  }
  return text + "\nnamespace {\nconst EmulatedKernel kernelTable[] = {\n" + table +
         "{nullptr, 0, 0, nullptr, nullptr, nullptr}};\n}\n"
         "extern \"C\" __attribute__((visibility(\"default\"))) const EmulatedModule emulatedModule = {kernelTable, "
         "sizeof kernelTable / sizeof *kernelTable - 1, &emulator::runBlock, &emulator::whereabouts};\n";
}
