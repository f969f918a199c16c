// Streams and events. Work of all streams runs in the order of the calls, which satisfies every dependency.
#include <time.h>

#include "driver.h"

namespace {

double now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec * 1e-6;
}

void merge(std::map<Stream*, int>& into, const std::map<Stream*, int>& from) {
  for (const auto& [stream, length] : from) {
    int& mine = into[stream];
    mine = mine < length ? length : mine;
  }
}

/// The event behind a handle; checks that the call is allowed.
Error find(void* handle, Event** event) {
  Error error = ready();
  if (error != SUCCESS) {
    return error;
  }
  if (!known(driver.events, handle)) {
    return INVALID_HANDLE;
  }
  *event = static_cast<Event*>(handle);
  return SUCCESS;
}

Error elapsed(float* milliseconds, void* start, void* end) {
  Guard guard(driver.lock);
  Event *first, *second;
  Error error = find(start, &first);
  error = error == SUCCESS ? find(end, &second) : error;
  if (error != SUCCESS) {
    return error;
  }
  if (!first->timed || !second->timed || !first->recorded || !second->recorded) {
    return INVALID_HANDLE;
  }
  if (first->pending || second->pending) {
    return NOT_READY;
  }
  *milliseconds = static_cast<float>(second->milliseconds - first->milliseconds);
  return SUCCESS;
}

}  // namespace

Stream* streamOf(void* handle) {
  if (handle == nullptr || handle == reinterpret_cast<void*>(1)) {
    return &driver.legacy;
  }
  return known(driver.streams, handle) ? static_cast<Stream*>(handle) : nullptr;
}

Error findStream(void* handle, Stream** stream) {
  Error error = ready();
  *stream = streamOf(handle);
  return error != SUCCESS ? error : *stream == nullptr ? INVALID_HANDLE : SUCCESS;
}

Error submit(Stream* stream, Work work) {
  if (stream->capture) {
    if (stream->capture->invalid) {
      return STREAM_CAPTURE_INVALIDATED;
    }
    stream->capture->work.push_back(std::move(work));
    stream->seen[stream] = ++stream->capture->lengths[stream];
    return SUCCESS;
  }
  for (const auto& capture : driver.captures) {
    if (stream == &driver.legacy && capture->origin->blocking) {
      capture->invalid = true;
      return STREAM_CAPTURE_IMPLICIT;
    }
  }
  if (number("EMULATOR_LAZY", 0) != 0) {
    driver.queue.push_back(std::move(work));
    return SUCCESS;
  }
  Error error = runQueue();
  return error != SUCCESS ? error : work();
}

API cuStreamCreate(void** handle, unsigned flags) {
  Guard guard(driver.lock);
  Error error = ready();
  if (error == SUCCESS) {
    auto stream = new Stream();
    stream->blocking = (flags & 1) == 0;
    driver.streams.insert(stream);
    *handle = stream;
  }
  return error;
}

API cuStreamCreateWithPriority(void** handle, unsigned flags, int) { return cuStreamCreate(handle, flags); }

API cuStreamDestroy_v2(void* handle) {
  Guard guard(driver.lock);
  Stream* stream;
  Error error = findStream(handle, &stream);
  if (error != SUCCESS || stream == &driver.legacy) {
    return error != SUCCESS ? error : INVALID_HANDLE;
  }
  if (stream->capture) {
    driver.captures.erase(stream->capture);
  }
  driver.streams.erase(stream);
  delete stream;
  return SUCCESS;
}

API cuStreamSynchronize(void* handle) {
  Guard guard(driver.lock);
  Stream* stream;
  Error error = findStream(handle, &stream);
  if (error == SUCCESS && stream->capture) {
    stream->capture->invalid = true;
    return STREAM_CAPTURE_UNSUPPORTED;
  }
  return error != SUCCESS ? error : readyToWait();
}

API cuStreamQuery(void* handle) {
  Guard guard(driver.lock);
  Stream* stream;
  Error error = findStream(handle, &stream);
  if (error != SUCCESS || driver.queue.empty()) {
    return error;
  }
  error = runQueue();
  return error != SUCCESS ? error : NOT_READY;
}

API cuStreamWaitEvent(void* handle, void* eventHandle, unsigned) {
  Guard guard(driver.lock);
  Stream* stream;
  Event* event;
  Error error = findStream(handle, &stream);
  error = error == SUCCESS ? find(eventHandle, &event) : error;
  if (error != SUCCESS) {
    return error;
  }
  if (event->capture) {
    if (stream->capture && stream->capture != event->capture) {
      return STREAM_CAPTURE_UNSUPPORTED;
    }
    stream->capture = event->capture;
    merge(stream->seen, event->seen);
  } else if (stream->capture && event->recorded) {
    // A capture must not depend on work outside it.
    stream->capture->invalid = true;
    return STREAM_CAPTURE_UNSUPPORTED;
  }
  return SUCCESS;
}

API cuEventCreate(void** handle, unsigned flags) {
  Guard guard(driver.lock);
  Error error = ready();
  if (error == SUCCESS) {
    auto event = new Event();
    event->timed = (flags & 2) == 0;
    driver.events.insert(event);
    *handle = event;
  }
  return error;
}

API cuEventRecord(void* eventHandle, void* handle) {
  Guard guard(driver.lock);
  Stream* stream;
  Event* event;
  Error error = findStream(handle, &stream);
  error = error == SUCCESS ? find(eventHandle, &event) : error;
  if (error != SUCCESS) {
    return error;
  }
  event->recorded = true;
  event->capture = stream->capture;
  event->seen = stream->seen;
  if (stream->capture) {
    return SUCCESS;
  }
  event->pending = true;
  return submit(stream, [event] {
    if (known(driver.events, event)) {
      event->pending = false;
      event->milliseconds = now();
    }
    return SUCCESS;
  });
}

API cuEventSynchronize(void* handle) {
  Guard guard(driver.lock);
  Event* event;
  Error error = find(handle, &event);
  if (error == SUCCESS && event->capture) {
    event->capture->invalid = true;
    return CAPTURED_EVENT;
  }
  return error != SUCCESS || !event->pending ? error : runQueue();
}

API cuEventQuery(void* handle) {
  Guard guard(driver.lock);
  Event* event;
  Error error = find(handle, &event);
  if (error == SUCCESS && event->capture) {
    event->capture->invalid = true;
    return CAPTURED_EVENT;
  }
  if (error != SUCCESS || !event->pending) {
    return error;
  }
  // The next question is answered with yes, so that a loop of questions ends.
  error = runQueue();
  return error != SUCCESS ? error : NOT_READY;
}

API cuEventElapsedTime(float* milliseconds, void* start, void* end) { return elapsed(milliseconds, start, end); }
API cuEventElapsedTime_v2(float* milliseconds, void* start, void* end) { return elapsed(milliseconds, start, end); }

API cuEventDestroy_v2(void* handle) {
  Guard guard(driver.lock);
  Event* event;
  Error error = find(handle, &event);
  if (error == SUCCESS) {
    driver.events.erase(event);
    delete event;
  }
  return error;
}
