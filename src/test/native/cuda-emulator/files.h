// Files and commands, for the fake compiler.
#pragma once
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

extern char** environ;

inline bool read(const std::string& path, std::string& content) {
  int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return false;
  }
  char buffer[65536];
  ssize_t count;
  content.clear();
  while ((count = ::read(file, buffer, sizeof buffer)) > 0) {
    content.append(buffer, count);
  }
  close(file);
  return count == 0;
}

inline bool write(const std::string& path, const std::string& content) {
  int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool written = file >= 0 && ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  if (file >= 0) {
    close(file);
  }
  return written;
}

/// Runs a command with its output in a file; answers its exit status.
inline int run(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child;
  int status = -1;
  bool started = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  if (!started) {
    write(log, "cannot start " + command[0] + "\n");
    return -1;
  }
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Two FNV-1a hashes with different starts: 128 bits are enough against chance.
inline std::string hash(const std::string& text) {
  unsigned long a = 14695981039346656037ul, b = 0x9e3779b97f4a7c15ul;
  for (unsigned char c : text) {
    a = (a ^ c) * 1099511628211ul;
    b = (b ^ c) * 0x880355f21e6d1965ul;
  }
  char digits[40];
  snprintf(digits, sizeof digits, "%016lx%016lx", a, b);
  return digits;
}
