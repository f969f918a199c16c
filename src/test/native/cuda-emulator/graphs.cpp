// Capture of streams into graphs, and their launch.
#include <unistd.h>

#include "driver.h"

API cuStreamIsCapturing(void* handle, int* status) {
  Guard guard(driver.lock);
  Stream* stream;
  Error error = findStream(handle, &stream);
  if (error == SUCCESS) {
    *status = !stream->capture ? 0 : stream->capture->invalid ? 2 : 1;
  }
  return error;
}

API cuStreamBeginCapture_v2(void* handle, int mode) {
  Guard guard(driver.lock);
  Stream* stream;
  Error error = findStream(handle, &stream);
  if (error != SUCCESS) {
    return error;
  }
  if (stream == &driver.legacy || stream->capture) {
    return stream->capture ? INVALID_VALUE : STREAM_CAPTURE_UNSUPPORTED;
  }
  auto capture = std::make_shared<Capture>();
  capture->origin = stream;
  capture->mode = mode;
  capture->thread = gettid();
  stream->capture = capture;
  stream->seen.clear();
  driver.captures.insert(capture);
  return SUCCESS;
}

API cuStreamEndCapture(void* handle, void** graph) {
  Guard guard(driver.lock);
  *graph = nullptr;
  Stream* stream;
  Error error = findStream(handle, &stream);
  if (error != SUCCESS) {
    return error;
  }
  std::shared_ptr<Capture> capture = stream->capture;
  if (!capture) {
    return INVALID_VALUE;
  }
  if (capture->origin != stream) {
    return STREAM_CAPTURE_UNMATCHED;
  }
  if (capture->mode != 2 && capture->thread != static_cast<unsigned long>(gettid())) {
    return STREAM_CAPTURE_WRONG_THREAD;
  }
  bool joined = true;
  for (const auto& [other, length] : capture->lengths) {
    joined = joined && stream->seen[other] == length;
  }
  for (Stream* other : driver.streams) {
    if (other->capture == capture) {
      other->capture.reset();
      other->seen.clear();
    }
  }
  for (Event* event : driver.events) {
    if (event->capture == capture) {
      event->capture.reset();
      event->recorded = false;
    }
  }
  driver.captures.erase(capture);
  if (capture->invalid) {
    return STREAM_CAPTURE_INVALIDATED;
  }
  if (!joined) {
    return STREAM_CAPTURE_UNJOINED;
  }
  auto recorded = new Graph{capture->work};
  driver.graphs.insert(recorded);
  *graph = recorded;
  return SUCCESS;
}

API cuGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long) {
  Guard guard(driver.lock);
  Error error = ready();
  if (error != SUCCESS || !known(driver.graphs, graph)) {
    return error != SUCCESS ? error : INVALID_VALUE;
  }
  auto copy = new Graph(*static_cast<Graph*>(graph));
  driver.executables.insert(copy);
  *executable = copy;
  return SUCCESS;
}

API cuGraphLaunch(void* executable, void* handle) {
  Guard guard(driver.lock);
  Stream* stream;
  Error error = findStream(handle, &stream);
  if (error != SUCCESS || !known(driver.executables, executable)) {
    return error != SUCCESS ? error : INVALID_VALUE;
  }
  if (!stream->capture) {
    error = countLaunch();
    driver.graphLaunches++;
  }
  // The work is copied: the executable may be destroyed before it has run.
  return error != SUCCESS ? error : submit(stream, [all = static_cast<Graph*>(executable)->work] {
    for (const Work& work : all) {
      Error failed = work();
      if (failed != SUCCESS) {
        return failed;
      }
    }
    return SUCCESS;
  });
}

API cuGraphUpload(void* executable, void*) {
  Guard guard(driver.lock);
  Error error = ready();
  return error != SUCCESS || known(driver.executables, executable) ? error : INVALID_VALUE;
}

API cuGraphGetNodes(void* graph, void** nodes, size_t* count) {
  Guard guard(driver.lock);
  if (!known(driver.graphs, graph) || nodes != nullptr) {
    return INVALID_VALUE;
  }
  *count = static_cast<Graph*>(graph)->work.size();
  return SUCCESS;
}

API cuGraphExecDestroy(void* executable) {
  Guard guard(driver.lock);
  Error error = ready();
  if (error != SUCCESS || driver.executables.erase(static_cast<Graph*>(executable)) == 0) {
    return error != SUCCESS ? error : INVALID_VALUE;
  }
  delete static_cast<Graph*>(executable);
  return SUCCESS;
}

API cuGraphDestroy(void* graph) {
  Guard guard(driver.lock);
  Error error = ready();
  if (error != SUCCESS || driver.graphs.erase(static_cast<Graph*>(graph)) == 0) {
    return error != SUCCESS ? error : INVALID_VALUE;
  }
  delete static_cast<Graph*>(graph);
  return SUCCESS;
}
