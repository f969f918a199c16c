// Runs the blocks of a launch on several threads.
#pragma once
#include "driver.h"

struct Failure {
  Error error = SUCCESS;
  std::string message;
};

int workerCount();
Failure runOnWorkers(const Module& module, int kernel, const EmulatedLaunch& common);
