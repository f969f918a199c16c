package dev.resnet.idempotency;

import dev.resnet.api.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers a request that is sent several times with one {@code Idempotency-Key} only once; the
 * others get the first answer. Without a key, each request is answered for itself.
 *
 * <p>The key is claimed in a row before the work begins. The answer is written to that row in the
 * same transaction as what the request changes, so a crash leaves both or neither.
 */
public final class IdempotentRequests {
  private static final Logger LOG = LoggerFactory.getLogger(IdempotentRequests.class);
  private static final String REPLAYED = "Idempotent-Replayed";
  private static final Duration SOON = Duration.ofSeconds(1);

  private final KeyRepository keys;
  private final JsonMapper json;
  private final IdempotencyProperties settings;
  private final Clock clock;

  IdempotentRequests(
      KeyRepository keys, JsonMapper json, IdempotencyProperties settings, Clock clock) {
    this.keys = keys;
    this.json = json;
    this.settings = settings;
    this.clock = clock;
  }

  /** What a request asks for. */
  @FunctionalInterface
  public interface Work {
    /**
     * @param answer to be called once, within the transaction that makes the change. It throws if
     *     another request took the key over; the transaction must then be rolled back
     */
    void run(Consumer<Answer> answer);
  }

  /**
   * Does the work, or sends the answer of the first request with the same key again.
   *
   * @throws ProblemException 400 for an invalid key, 409 while another request with it is worked
   *     on, 422 if it was sent with another request. If the work throws, the key is free again
   */
  public ResponseEntity<byte[]> answer(
      HttpServletRequest request, byte @Nullable [] body, Work work) {
    KeyedRequest keyed = KeyedRequest.of(request, body);
    var sent = new AtomicReference<@Nullable SentAnswer>();
    if (keyed == null) {
      work.run(answer -> sent.set(sent(answer)));
      return response(answered(sent), false);
    }
    String token = UUID.randomUUID().toString();
    Optional<SentAnswer> before = claim(keyed, token);
    if (before.isPresent()) {
      return response(before.get(), true);
    }
    try {
      work.run(answer -> sent.set(stored(keyed, token, sent(answer))));
      return response(answered(sent), false);
    } catch (RuntimeException | Error e) {
      release(keyed, token, e);
      throw e;
    }
  }

  private static SentAnswer answered(AtomicReference<@Nullable SentAnswer> sent) {
    SentAnswer answer = sent.get();
    if (answer == null) {
      throw new IllegalStateException("The work gave no answer");
    }
    return answer;
  }

  /** Empty once the request belongs to the token, else the answer that was given before. */
  private Optional<SentAnswer> claim(KeyedRequest request, String token) {
    keys.deleteBefore(now().minus(settings.keep()));
    while (!keys.insert(request, token, now())) {
      Optional<KeyRepository.Known> known = keys.find(request);
      if (known.isEmpty()) {
        continue; // released just now
      }
      if (!known.get().hash().equals(request.hash())) {
        throw new ProblemException(
            HttpStatus.UNPROCESSABLE_CONTENT,
            "This %s was sent with another request. Send a new request with a new key."
                .formatted(KeyedRequest.HEADER));
      }
      if (known.get().answer() != null) {
        return Optional.of(known.get().answer());
      }
      boolean alive = known.get().since().isAfter(now().minus(settings.takeOverAfter()));
      if (alive) {
        throw conflict(
            "Another request with this %s is still worked on. Send it again later to get its answer.");
      }
      if (keys.takeOver(request, known.get().token(), token, now())) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private SentAnswer stored(KeyedRequest request, String token, SentAnswer answer) {
    if (!keys.answer(request, token, answer)) {
      throw conflict(
          "This took so long that another request with this %s was begun; this one changed"
              + " nothing. Send it again to get the other's answer.");
    }
    return answer;
  }

  private static ProblemException conflict(String detail) {
    return new ProblemException(
        HttpStatus.CONFLICT, detail.formatted(KeyedRequest.HEADER), List.of(), SOON);
  }

  /** If the commit failed only as far as this process knows, the row has its answer and stays. */
  private void release(KeyedRequest request, String token, Throwable failure) {
    try {
      keys.release(request, token);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      LOG.warn(
          "A key of '{}' stays claimed for {}: {}",
          request.caller(),
          settings.takeOverAfter(),
          e.toString());
    }
  }

  private SentAnswer sent(Answer answer) {
    return new SentAnswer(
        answer.status().value(),
        answer.location().toString(),
        json.writeValueAsBytes(answer.body()));
  }

  private static ResponseEntity<byte[]> response(SentAnswer answer, boolean replayed) {
    var response =
        ResponseEntity.status(answer.status())
            .header(HttpHeaders.LOCATION, answer.location())
            .contentType(MediaType.APPLICATION_JSON);
    if (replayed) {
      response.header(REPLAYED, "true");
    }
    return response.body(answer.body());
  }

  /** In microseconds, the precision of both databases. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
