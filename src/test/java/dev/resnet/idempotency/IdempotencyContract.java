package dev.resnet.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.resnet.api.ProblemException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** The contract of the keys on every database; each work adds a row in its transaction. */
abstract class IdempotencyContract {
  private static final byte[] BODY = {1, 2};

  private final AdjustableClock clock = new AdjustableClock();
  private HikariDataSource dataSource;
  private IdempotentRequests one;
  private IdempotentRequests other;
  private JdbcClient jdbc;
  private TransactionTemplate transaction;

  abstract HikariDataSource database();

  @BeforeEach
  void open() {
    dataSource = database();
    jdbc = JdbcClient.create(dataSource);
    jdbc.sql("create table made (id integer)").update();
    transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
    one = process();
    other = process();
  }

  @AfterEach
  void close() {
    dataSource.close();
  }

  @Test
  void anotherProcessSendsTheFirstAnswerAgain() {
    ResponseEntity<byte[]> first = one.answer(request("a", "k"), BODY, made(1));
    assertThat(first.getStatusCode().value()).isEqualTo(202);
    assertThat(new String(first.getBody())).isEqualTo("{\"id\":1}");
    ResponseEntity<byte[]> again = other.answer(request("a", "k"), BODY, made(2));
    assertThat(again.getStatusCode()).isEqualTo(first.getStatusCode());
    assertThat(again.getBody()).isEqualTo(first.getBody());
    assertThat(again.getHeaders().getLocation()).isEqualTo(URI.create("/made/1"));
    assertThat(again.getHeaders().getFirst("Idempotent-Replayed")).isEqualTo("true");
    assertThat(rows()).containsExactly(1);

    // Another caller, and a request without a key, are others.
    other.answer(request("b", "k"), BODY, made(3));
    other.answer(new MockHttpServletRequest("POST", "/made"), BODY, made(4));
    assertThat(rows()).containsExactly(1, 3, 4);
    assertThatThrownBy(() -> other.answer(request("a", "k"), new byte[] {1}, made(5)))
        .satisfies(e -> assertStatus(e, 422));
    MockHttpServletRequest elsewhere = request("a", "k");
    elsewhere.setRequestURI("/other");
    assertThatThrownBy(() -> other.answer(elsewhere, BODY, made(5)))
        .satisfies(e -> assertStatus(e, 422));
  }

  @Test
  void ofManyAtOnceOneIsWorkedOn() throws Exception {
    var barrier = new CyclicBarrier(8);
    var refused = new AtomicInteger();
    List<CompletableFuture<Void>> calls =
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    CompletableFuture.runAsync(
                        () -> {
                          try {
                            barrier.await();
                            (i % 2 == 0 ? one : other).answer(request("a", "k"), BODY, made(i));
                          } catch (ProblemException e) {
                            assertStatus(e, 409);
                            refused.incrementAndGet();
                          } catch (Exception e) {
                            throw new AssertionError(e);
                          }
                        },
                        command -> new Thread(command).start()))
            .toList();
    CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
    assertThat(rows()).hasSize(1);
    assertThat(refused.get()).isLessThan(8);
  }

  @Test
  void whileTheFirstIsWorkedOnTheSecondIsToldSoAndADeadOneIsTakenOver() {
    // The first has read its body and then takes longer than a minute.
    assertThatThrownBy(
            () ->
                one.answer(
                    request("a", "k"),
                    BODY,
                    answer -> {
                      clock.advance(Duration.ofSeconds(59));
                      assertThatThrownBy(() -> other.answer(request("a", "k"), BODY, made(2)))
                          .satisfies(e -> assertStatus(e, 409));
                      clock.advance(Duration.ofSeconds(1));
                      other.answer(request("a", "k"), BODY, made(3));
                      made(4).run(answer);
                    }))
        .satisfies(e -> assertStatus(e, 409))
        .hasMessageContaining("this one changed nothing");
    assertThat(rows()).containsExactly(3);
    assertThat(new String(one.answer(request("a", "k"), BODY, made(5)).getBody()))
        .isEqualTo("{\"id\":3}");
  }

  @Test
  void anErrorFreesTheKey() {
    assertThatThrownBy(
            () ->
                one.answer(
                    request("a", "k"),
                    BODY,
                    answer ->
                        transaction.executeWithoutResult(
                            status -> {
                              answer.accept(answer(1));
                              throw new IllegalStateException("the commit fails");
                            })))
        .hasMessage("the commit fails");
    other.answer(request("a", "k"), BODY, made(2));
    assertThat(rows()).containsExactly(2);
    assertThatThrownBy(() -> other.answer(request("a", "l"), BODY, answer -> {}))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anAnswerThatWasCommittedStaysEvenIfTheProcessDoesNotHearOfIt() {
    assertThatThrownBy(
            () ->
                one.answer(
                    request("a", "k"),
                    BODY,
                    answer -> {
                      made(1).run(answer);
                      throw new IllegalStateException("the connection broke at the commit");
                    }))
        .hasMessageContaining("broke");
    assertThat(new String(one.answer(request("a", "k"), BODY, made(2)).getBody()))
        .isEqualTo("{\"id\":1}");
    assertThat(rows()).containsExactly(1);
  }

  @Test
  void anAnswerIsForgottenAfterItsTime() {
    one.answer(request("a", "k"), BODY, made(1));
    clock.advance(Duration.ofHours(24));
    one.answer(request("a", "k"), BODY, made(2));
    assertThat(rows()).as("kept for 24 hours").containsExactly(1);
    clock.advance(Duration.ofMillis(1));
    one.answer(request("a", "k"), BODY, made(3));
    assertThat(rows()).containsExactly(1, 3);
  }

  private IdempotentRequests process() {
    return new IdempotentRequests(
        new KeyRepository(JdbcClient.create(dataSource)),
        JsonMapper.builder().build(),
        new IdempotencyProperties(Duration.ofHours(24), Duration.ofSeconds(60)),
        clock);
  }

  private static MockHttpServletRequest request(String caller, String key) {
    var request = new MockHttpServletRequest("POST", "/made");
    request.addHeader("Idempotency-Key", key);
    request.setUserPrincipal(() -> caller);
    return request;
  }

  private IdempotentRequests.Work made(int id) {
    return answer ->
        transaction.executeWithoutResult(
            status -> {
              jdbc.sql("insert into made values (?)").param(id).update();
              answer.accept(answer(id));
            });
  }

  private static Answer answer(int id) {
    return new Answer(HttpStatus.ACCEPTED, URI.create("/made/" + id), Map.of("id", id));
  }

  private List<Integer> rows() {
    return new ArrayList<>(jdbc.sql("select id from made order by id").query(Integer.class).list());
  }

  private static void assertStatus(Throwable problem, int status) {
    assertThat(((ProblemException) problem).status().value()).isEqualTo(status);
  }

  private static final class AdjustableClock extends Clock {
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");

    void advance(Duration time) {
      now = now.plus(time);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
