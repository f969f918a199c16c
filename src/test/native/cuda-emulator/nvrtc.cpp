// Stands in for NVRTC: compiles kernels for the CPU with g++. The "cubin" is a shared object behind a small header (see image.h).
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "files.h"
#include "image.h"

namespace {

enum Result {
  SUCCESS = 0,
  INVALID_INPUT = 3,
  INVALID_PROGRAM = 4,
  INVALID_OPTION = 5,
  COMPILATION = 6,
  INTERNAL_ERROR = 11,
};

const int ARCHITECTURES[] = {75, 80, 86, 87, 88, 89, 90, 100, 103, 110, 120, 121};

struct Program {
  std::string source, name, log, image;
  bool forDevice = false;
};

struct Options {
  std::vector<std::string> arguments;
  std::string architecture = "compute_75";
};

std::string variable(const char* name, const std::string& otherwise) {
  const char* value = getenv(name);
  return value != nullptr && *value != 0 ? value : otherwise;
}

/// The path of this library.
std::string self() {
  Dl_info info;
  return dladdr(reinterpret_cast<void*>(&variable), &info) != 0 ? info.dli_fname : "./";
}

/// The folder with the headers.
std::string home() {
  std::string path = self();
  size_t slash = path.rfind('/');
  path = variable("EMULATOR_HOME", slash == std::string::npos ? "." : path.substr(0, slash));
  char absolute[PATH_MAX];
  return realpath(path.c_str(), absolute) != nullptr ? absolute : path;
}

bool startsWith(const std::string& text, const std::string& start) { return text.compare(0, start.size(), start) == 0; }

/// Splits "--option=value" or takes the value from the next option.
bool valueOf(const char* const* options, int count, int& i, const std::vector<std::string>& names, std::string& value) {
  std::string option = options[i];
  for (const std::string& name : names) {
    if (startsWith(option, name + "=")) {
      value = option.substr(name.size() + 1);
      return true;
    }
    if (option == name && i + 1 < count) {
      value = options[++i];
      return true;
    }
  }
  return false;
}

/// Options of NVRTC that change nothing here.
bool ignored(const std::string& option) {
  for (const char* known :
       {"--use_fast_math", "-use_fast_math", "--ftz", "-ftz", "--prec-div", "-prec-div", "--prec-sqrt", "-prec-sqrt", "--fmad", "-fmad",
        "--extra-device-vectorization", "-extra-device-vectorization", "--maxrregcount", "-maxrregcount", "--generate-line-info", "-lineinfo",
        "--device-debug", "-G", "--default-device", "-default-device", "--restrict", "-restrict", "--relocatable-device-code", "-rdc", "-dc",
        "-dw", "--disable-warnings", "-w", "--device-int128", "--split-compile", "-split-compile", "--minimal", "-minimal", "--std", "-std",
        "--ptxas-options", "-Xptxas", "--dopt", "-dopt", "--display-error-number", "--no-display-error-number", "--diag-suppress",
        "-diag-suppress", "--no-cache", "-no-cache"}) {
    if (option == known || startsWith(option, std::string(known) + "=")) {
      return true;
    }
  }
  return false;
}

bool parse(int count, const char* const* given, Options& options, std::string& log) {
  for (int i = 0; i < count; i++) {
    std::string option = given[i], value;
    if (valueOf(given, count, i, {"--gpu-architecture", "-arch"}, value)) {
      options.architecture = value;
    } else if (valueOf(given, count, i, {"--define-macro", "-D"}, value)) {
      options.arguments.push_back("-D" + value);
    } else if (startsWith(option, "-D")) {
      options.arguments.push_back(option);
    } else if (!ignored(option)) {
      log = "nvrtc: error: unrecognized option " + option + " found\n";
      return false;
    }
  }
  size_t digits = options.architecture.find('_');
  int number = digits == std::string::npos ? 0 : atoi(options.architecture.c_str() + digits + 1);
  for (int known : ARCHITECTURES) {
    if (known == number) {
      options.arguments.push_back("-D__CUDA_ARCH__=" + std::to_string(number * 10));
      return true;
    }
  }
  log = "nvrtc: error: invalid value for --gpu-architecture (-arch)\n";
  return false;
}

/// Where compiled modules are kept; a folder that others could write to is not used.
std::string cacheFolder() {
  std::string path = variable("EMULATOR_CACHE", variable("TMPDIR", "/tmp") + "/cuda-emulator-" + std::to_string(getuid()));
  mkdir(path.c_str(), 0700);
  struct stat status;
  bool own = lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == getuid() && (status.st_mode & 022) == 0;
  return own ? path : "";
}

Result compile(Program& program, const Options& options) {
  std::string folder = home(), headers, content, extra = variable("EMULATOR_FLAGS", "");
  for (const char* header : {"module.h", "stacks.h", "fibers.h", "warp.h", "emulator.h"}) {
    if (!read(folder + "/" + header, content)) {
      program.log = "cannot read " + folder + "/" + header + "\n";
      return INTERNAL_ERROR;
    }
    headers += content;
  }
  std::vector<std::string> command = {variable("EMULATOR_CXX", "g++"), "-std=c++17", "-DEMULATED", "-D__CUDACC__", "-D__CUDACC_RTC__"};
  command.insert(command.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> code = {"-O2", "-march=native", "-ffp-contract=fast", "-shared", "-fPIC", "-g1", "-fvisibility=hidden",
                                   "-fno-gnu-unique", "-fno-exceptions", "-fno-rtti", "-fno-stack-protector", "-fcf-protection=none",
                                   "-fno-strict-aliasing", "-Wno-attributes",
                                   // Cheap checks of indices into arrays, and of pointers to vectors.
                                   "-fsanitize=bounds,alignment,shift-exponent", "-fsanitize-undefined-trap-on-error"};
  for (size_t start = 0; start < extra.size();) {
    size_t end = std::min(extra.find(' ', start), extra.size());
    if (end > start) {
      code.push_back(extra.substr(start, end - start));
    }
    start = end + 1;
  }
  // The library itself is part of the key: it adds to the source.
  read(self(), content);
  std::string key = content + headers + '\0' + program.source + '\0' + program.name;
  for (const auto& list : {command, code}) {
    for (const std::string& argument : list) {
      key += '\0' + argument;
    }
  }
  std::string cache = cacheFolder(), cached = cache + "/" + hash(key) + ".so";
  if (cache.empty() || !read(cached, content)) {
    std::string pattern = variable("TMPDIR", "/tmp") + "/cuda-emulator-build-XXXXXX";
    if (mkdtemp(&pattern[0]) == nullptr) {
      program.log = "cannot make a temporary folder\n";
      return INTERNAL_ERROR;
    }
    std::string base = pattern + "/kernels";
    write(base + ".cu", "#include \"" + folder + "/emulator.h\"\nnamespace {\n#line 1 \"" + program.name + "\"\n" + program.source + "\n}\n");
    std::vector<std::string> preprocess = command;
    preprocess.insert(preprocess.end(), {"-x", "c++", "-E", base + ".cu", "-o", base + ".ii"});
    int status = run(preprocess, base + ".log");
    if (status == 0 && read(base + ".ii", content)) {
      write(base + ".ii", withTable(content));
      command.insert(command.end(), code.begin(), code.end());
      command.insert(command.end(), {"-x", "c++-cpp-output", base + ".ii", "-o", base + ".so"});
      status = run(command, base + ".log");
    }
    read(base + ".log", program.log);
    bool compiled = status == 0 && read(base + ".so", content);
    if (compiled && !cache.empty()) {
      // Renamed into place: another process sees all of it or nothing.
      std::string temporary = cached + "." + std::to_string(getpid()) + pattern.substr(pattern.size() - 6);
      if (write(temporary, content)) {
        rename(temporary.c_str(), cached.c_str());
      }
    }
    for (const char* ending : {".cu", ".ii", ".so", ".log"}) {
      unlink((base + ending).c_str());
    }
    rmdir(pattern.c_str());
    if (!compiled) {
      return COMPILATION;
    }
  }
  program.image = toImage(content);
  program.forDevice = startsWith(options.architecture, "sm_");
  return SUCCESS;
}

}  // namespace

#define API extern "C" __attribute__((visibility("default"))) int

API nvrtcVersion(int* major, int* minor) {
  *major = atoi(variable("EMULATOR_NVRTC_MAJOR", "13").c_str());
  *minor = 0;
  return SUCCESS;
}

API nvrtcGetNumSupportedArchs(int* count) {
  *count = sizeof ARCHITECTURES / sizeof *ARCHITECTURES;
  return SUCCESS;
}

API nvrtcGetSupportedArchs(int* architectures) {
  memcpy(architectures, ARCHITECTURES, sizeof ARCHITECTURES);
  return SUCCESS;
}

API nvrtcCreateProgram(Program** program, const char* source, const char* name, int headerCount, const char* const*, const char* const*) {
  if (program == nullptr || source == nullptr || headerCount != 0) {
    return INVALID_INPUT;
  }
  *program = new Program();
  (*program)->source = source;
  (*program)->name = name != nullptr ? name : "default_program";
  return SUCCESS;
}

API nvrtcDestroyProgram(Program** program) {
  if (program == nullptr || *program == nullptr) {
    return INVALID_PROGRAM;
  }
  delete *program;
  *program = nullptr;
  return SUCCESS;
}

API nvrtcCompileProgram(Program* program, int count, const char* const* given) {
  if (program == nullptr) {
    return INVALID_PROGRAM;
  }
  Options options;
  return parse(count, given, options, program->log) ? compile(*program, options) : INVALID_OPTION;
}

API nvrtcGetProgramLogSize(Program* program, size_t* size) {
  if (program == nullptr || size == nullptr) {
    return program == nullptr ? INVALID_PROGRAM : INVALID_INPUT;
  }
  *size = program->log.size() + 1;
  return SUCCESS;
}

API nvrtcGetProgramLog(Program* program, char* log) {
  if (program == nullptr || log == nullptr) {
    return program == nullptr ? INVALID_PROGRAM : INVALID_INPUT;
  }
  memcpy(log, program->log.c_str(), program->log.size() + 1);
  return SUCCESS;
}

namespace {
Result give(Program* program, bool available, size_t* size, char* bytes) {
  if (program == nullptr || program->image.empty()) {
    return INVALID_PROGRAM;
  }
  if (size != nullptr) {
    *size = available ? program->image.size() : 0;
  } else if (bytes != nullptr && available) {
    memcpy(bytes, program->image.data(), program->image.size());
  } else {
    return INVALID_INPUT;
  }
  return SUCCESS;
}
}  // namespace

// As in NVRTC, there is a cubin only for a real architecture (sm_), not for a virtual one (compute_).
API nvrtcGetCUBINSize(Program* program, size_t* size) { return give(program, program != nullptr && program->forDevice, size, nullptr); }
API nvrtcGetCUBIN(Program* program, char* image) { return give(program, program != nullptr && program->forDevice, nullptr, image); }
API nvrtcGetPTXSize(Program* program, size_t* size) { return give(program, true, size, nullptr); }
API nvrtcGetPTX(Program* program, char* image) { return give(program, true, nullptr, image); }

extern "C" __attribute__((visibility("default"))) const char* nvrtcGetErrorString(int result) {
  switch (result) {
    case SUCCESS: return "NVRTC_SUCCESS";
    case 1: return "NVRTC_ERROR_OUT_OF_MEMORY";
    case 2: return "NVRTC_ERROR_PROGRAM_CREATION_FAILURE";
    case INVALID_INPUT: return "NVRTC_ERROR_INVALID_INPUT";
    case INVALID_PROGRAM: return "NVRTC_ERROR_INVALID_PROGRAM";
    case INVALID_OPTION: return "NVRTC_ERROR_INVALID_OPTION";
    case COMPILATION: return "NVRTC_ERROR_COMPILATION";
    case INTERNAL_ERROR: return "NVRTC_ERROR_INTERNAL_ERROR";
    default: return "NVRTC_ERROR unknown";
  }
}
