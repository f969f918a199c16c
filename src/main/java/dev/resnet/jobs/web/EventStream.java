package dev.resnet.jobs.web;

import dev.resnet.api.Abort;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream to one client. It holds no thread, and at most one page of events: while the client
 * does not read, nothing is added.
 *
 * <p>Several threads may want to write: those of the container, of the watch and of the timer. None
 * waits for another: whoever comes while a thread writes leaves the work to it.
 */
final class EventStream implements WriteListener, AsyncListener {
  private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

  /** Bytes given to the container at once, which it has to keep if the client does not read. */
  private static final int CHUNK = 16 * 1024;

  private final AsyncContext context;
  private final ServletOutputStream out;
  private final LongSupplier nanoTime;
  private final Runnable readable;
  private final Runnable gone;

  private final Queue<byte[]> outbox = new ConcurrentLinkedQueue<>();
  private final AtomicInteger work = new AtomicInteger();

  /**
   * Held while a thread uses the response, and while the container is told that the request is
   * over. The container gives its request and response to the next client as soon as its listeners
   * have returned. A thread that was still writing then would break the connection of that client.
   */
  private final Lock response = new ReentrantLock();

  /** Set only by a thread that holds the lock. */
  private volatile boolean over;

  private volatile long cursor;
  private volatile boolean opened;
  private volatile boolean idle;
  private volatile boolean finishing;
  private volatile boolean stalled;
  private volatile long stalledSince;
  private long nextProgress;

  // Used only by the thread that writes.
  private byte @Nullable [] current;
  private int position;
  private boolean unflushed;

  /**
   * @param cursor id of the event after which the stream begins
   * @param readable called when the client has read everything and can get more
   * @param gone called once, when the stream is closed for any reason
   */
  EventStream(
      AsyncContext context,
      ServletOutputStream out,
      long cursor,
      LongSupplier nanoTime,
      Runnable readable,
      Runnable gone) {
    this.context = context;
    this.out = out;
    this.cursor = cursor;
    this.nanoTime = nanoTime;
    this.readable = readable;
    this.gone = gone;
    this.nextProgress = nanoTime.getAsLong();
  }

  /** The id of the last event that was sent. */
  long cursor() {
    return cursor;
  }

  /** Whether all that was offered has been taken by the client's socket. */
  boolean isIdle() {
    return idle && !over && !finishing;
  }

  /** Sends events up to this id. Only the watch's thread calls this, and only while idle. */
  void offer(byte[] events, long lastId) {
    cursor = lastId;
    offer(events);
  }

  /** Sends something that is no event, such as a comment. */
  void offer(byte[] text) {
    idle = false;
    outbox.add(text);
    write();
  }

  /** Whether the client may get its progress now: at most once a second. */
  boolean takesProgress() {
    long now = nanoTime.getAsLong();
    if (!isIdle() || now - nextProgress < 0) {
      return false;
    }
    nextProgress = now + Duration.ofSeconds(1).toNanos();
    return true;
  }

  /** Closes the stream once everything is sent. */
  void finish() {
    finishing = true;
    write();
  }

  /** Closes the stream now, if necessary without the rest. */
  void close() {
    if (stalled) {
      drop();
    } else {
      finish();
    }
  }

  /** Whether the client has taken nothing for longer than this. */
  boolean isStalledFor(Duration longest, long now) {
    return stalled && now - stalledSince > longest.toNanos();
  }

  /** Closes the connection of a client that does not read. */
  void drop() {
    end(() -> Abort.connection(context.getRequest()));
  }

  /** Ends the stream, unless it is over. */
  private void end(Runnable last) {
    response.lock();
    try {
      if (over) {
        return;
      }
      over = true;
      last.run();
    } catch (IllegalStateException e) {
      LOG.debug("The client has gone before", e);
    } finally {
      response.unlock();
    }
    gone.run();
  }

  @Override
  public void onWritePossible() throws IOException {
    opened = true;
    stalled = false;
    write();
    if (isIdle()) {
      readable.run();
    }
  }

  private void write() {
    if (!opened || work.getAndIncrement() > 0) {
      return;
    }
    int seen = 1;
    do {
      if (!over && isOverAfterWriting()) {
        gone.run();
      }
      seen = work.addAndGet(-seen);
    } while (seen > 0);
  }

  /** Writes what the client takes; whether that ended the stream. */
  private boolean isOverAfterWriting() {
    response.lock();
    try {
      if (over) {
        return false; // in between; then another thread has told it
      }
      writeWhileReady();
      return over;
    } finally {
      response.unlock();
    }
  }

  private void writeWhileReady() {
    try {
      while (out.isReady()) {
        if (current == null) {
          current = outbox.poll();
          position = 0;
        }
        if (current != null) {
          int length = Math.min(CHUNK, current.length - position);
          out.write(current, position, length);
          position += length;
          unflushed = true;
          if (position == current.length) {
            current = null;
          }
        } else if (unflushed) {
          unflushed = false;
          out.flush();
        } else {
          stalled = false;
          idle = true;
          if (finishing) {
            over = true;
            context.complete();
          }
          return;
        }
      }
      if (!stalled) {
        stalledSince = nanoTime.getAsLong();
        stalled = true;
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("A client is gone", e);
      over = true; // the container calls onError as well, which completes the request
    }
  }

  @Override
  public void onError(Throwable failure) {
    end(() -> {});
  }

  @Override
  public void onError(AsyncEvent event) {
    end(() -> {});
    try {
      context.complete();
    } catch (IllegalStateException e) {
      LOG.debug("The request is completed already", e);
    }
  }

  @Override
  public void onComplete(AsyncEvent event) {
    end(() -> {});
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    // There is no timeout.
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    // Nothing starts it again.
  }
}
