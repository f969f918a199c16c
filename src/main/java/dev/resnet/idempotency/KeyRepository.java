package dev.resnet.idempotency;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of the keys. Whoever works on a request holds its row by a token. */
final class KeyRepository {
  private final JdbcClient jdbc;

  KeyRepository(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * What is known of a key.
   *
   * @param answer null while the request is worked on
   */
  record Known(String hash, String token, Instant since, @Nullable SentAnswer answer) {}

  /** False if the key is known already. */
  boolean insert(KeyedRequest request, String token, Instant now) {
    try {
      jdbc.sql(
              """
              insert into idempotency_key (caller, idempotency_key, request, token, created_at)
              values (:caller, :key, :hash, :token, :now)
              """)
          .param("caller", request.caller())
          .param("key", request.key())
          .param("hash", request.hash())
          .param("token", token)
          .param("now", column(now))
          .update();
      return true;
    } catch (DuplicateKeyException e) {
      return false;
    }
  }

  Optional<Known> find(KeyedRequest request) {
    return jdbc.sql(
            "select * from idempotency_key where caller = :caller and idempotency_key = :key")
        .param("caller", request.caller())
        .param("key", request.key())
        .query(
            (row, n) ->
                new Known(
                    row.getString("request"),
                    row.getString("token"),
                    row.getObject("created_at", OffsetDateTime.class).toInstant(),
                    row.getObject("status") == null
                        ? null
                        : new SentAnswer(
                            row.getInt("status"), row.getString("location"), row.getBytes("body"))))
        .optional();
  }

  /** Gives an unanswered request to another token; false if it has changed. */
  boolean takeOver(KeyedRequest request, String from, String to, Instant now) {
    return jdbc.sql(
                """
                update idempotency_key set token = :to, created_at = :now
                where caller = :caller and idempotency_key = :key and token = :from
                  and status is null
                """)
            .param("to", to)
            .param("now", column(now))
            .param("caller", request.caller())
            .param("key", request.key())
            .param("from", from)
            .update()
        == 1;
  }

  /** Stores the answer within the caller's transaction; false if the token lost the request. */
  boolean answer(KeyedRequest request, String token, SentAnswer answer) {
    return jdbc.sql(
                """
                update idempotency_key set status = :status, location = :location, body = :body
                where caller = :caller and idempotency_key = :key and token = :token
                  and status is null
                """)
            .param("status", answer.status())
            .param("location", answer.location())
            .param("body", answer.body())
            .param("caller", request.caller())
            .param("key", request.key())
            .param("token", token)
            .update()
        == 1;
  }

  /** Forgets an unanswered request. */
  void release(KeyedRequest request, String token) {
    jdbc.sql(
            """
            delete from idempotency_key
            where caller = :caller and idempotency_key = :key and token = :token
              and status is null
            """)
        .param("caller", request.caller())
        .param("key", request.key())
        .param("token", token)
        .update();
  }

  void deleteBefore(Instant time) {
    jdbc.sql("delete from idempotency_key where created_at < :time")
        .param("time", column(time))
        .update();
  }

  private static OffsetDateTime column(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }
}
