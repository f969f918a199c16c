// Changes from one stack to another.
#pragma once

#if !defined(__x86_64__)
#error "the emulator's fibers are written for x86-64"
#endif

namespace emulator {

// Processors predict where a function returns to by the calls before. The three ways to change stacks are written so that they are mostly right.

/// Leaves the current stack and goes on where another one was left, in most cases at the same place of the code.
__attribute__((naked, noipa)) static void switchStack(void** /*from*/, void* /*to*/) {
  asm volatile(
      "pushq %rbp\n pushq %rbx\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
      "movq %rsp, (%rdi)\n movq %rsi, %rsp\n"
      "popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbx\n popq %rbp\n ret\n");
}

/// Leaves the current stack and starts a function on an empty one.
__attribute__((naked, noipa)) static void startOnStack(void** /*from*/, void* /*top*/, void (* /*function*/)()) {
  asm volatile(
      "pushq %rbp\n pushq %rbx\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
      "movq %rsp, (%rdi)\n movq %rsi, %rsp\n jmp *%rdx\n");
}

/// Goes on where another stack was left and forgets the current one.
[[noreturn]] static inline void leaveFor(void* to) {
  asm volatile(
      "movq %0, %%rsp\n"
      "popq %%r15\n popq %%r14\n popq %%r13\n popq %%r12\n popq %%rbx\n popq %%rbp\n popq %%rcx\n jmp *%%rcx\n"
      :
      : "a"(to)
      : "memory");
  __builtin_unreachable();
}

}  // namespace emulator
