package dev.resnet.jobs;

import static dev.resnet.jobs.Fault.LASTING;
import static dev.resnet.jobs.Fault.OF_THE_MACHINE;
import static dev.resnet.jobs.Fault.PASSING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.resnet.data.DamagedDatasetException;
import dev.resnet.engine.EngineUnavailableException;
import dev.resnet.engine.GpuException;
import dev.resnet.training.TrainingFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.CannotCreateTransactionException;

class FaultTests {

  static Stream<Arguments> failures() {
    var full = new FileSystemException("epoch-0180.zip", null, "No space left on device");
    return Stream.of(
        Arguments.of(new IllegalArgumentException("batch_size"), LASTING),
        Arguments.of(new EngineUnavailableException("no such engine"), LASTING),
        Arguments.of(new TrainingFailedException("The loss is not a number."), LASTING),
        Arguments.of(gpu(GpuException.Kind.OUT_OF_MEMORY, "out of memory"), LASTING),
        Arguments.of(gpu(GpuException.Kind.REFUSED, "no such kernel"), LASTING),
        Arguments.of(new RuntimeException(gpu(GpuException.Kind.LOST, "illegal")), PASSING),
        Arguments.of(gpu(GpuException.Kind.BUSY, "another process"), PASSING),
        Arguments.of(new NullPointerException(), LASTING),
        Arguments.of(new StackOverflowError(), LASTING),
        Arguments.of(
            new UncheckedIOException(new DamagedDatasetException("data_batch_1.bin is too short")),
            LASTING),
        Arguments.of(new TrainingFailedException("a checkpoint", new IOException("EIO")), PASSING),
        Arguments.of(new UncheckedIOException(new AccessDeniedException("file")), PASSING),
        Arguments.of(new DataAccessResourceFailureException("refused"), PASSING),
        Arguments.of(new CannotCreateTransactionException("no connection"), PASSING),
        Arguments.of(new IllegalStateException(new SQLException("gone", "08006")), PASSING),
        Arguments.of(new OutOfMemoryError("Java heap space"), PASSING),
        Arguments.of(new RuntimeException("oneDNN: convolution: out_of_memory"), PASSING),
        Arguments.of(new RuntimeException(new RuntimeException("std::bad_alloc")), PASSING),
        Arguments.of(new InternalError("a fault occurred in an unsafe memory access"), PASSING),
        Arguments.of(new TrainingFailedException("a checkpoint", full), OF_THE_MACHINE),
        Arguments.of(new IOException("Disk quota exceeded"), OF_THE_MACHINE),
        Arguments.of(new IllegalStateException(new SQLException("full", "53100")), OF_THE_MACHINE),
        Arguments.of(new NoClassDefFoundError("org/nd4j/Nd4j"), OF_THE_MACHINE),
        Arguments.of(new UnsatisfiedLinkError("libnd4jcpu.so"), OF_THE_MACHINE));
  }

  private static GpuException gpu(GpuException.Kind kind, String message) {
    return new GpuException(kind, message) {};
  }

  @Test
  void aFailureOfTheGpuSpeaksForItself() {
    Throwable full = gpu(GpuException.Kind.OUT_OF_MEMORY, "The GPU's memory is full.");
    assertThat(FailureMessage.of(new IllegalStateException("step 7", full)))
        .isEqualTo("The GPU's memory is full.");
  }

  @ParameterizedTest
  @MethodSource("failures")
  void tellsWhetherARetryCanHelp(Throwable failure, Fault fault) {
    assertThat(Fault.of(failure)).isEqualTo(fault);
  }

  @Test
  void endsOnACircleOfCauses() {
    var one = new RuntimeException("one");
    var other = new RuntimeException("other", one);
    one.initCause(other);
    assertThat(Fault.of(one)).isEqualTo(LASTING);
  }

  @Test
  void theWaitsDoubleUpToTheLongest() {
    var retries =
        new JobsProperties.Retries(
            Duration.ofSeconds(10), Duration.ofSeconds(35), 100, Duration.ofSeconds(1));
    assertThat(Stream.of(0, 1, 2, 3, 1_000_000).map(retries::waitAfter))
        .extracting(Duration::toSeconds)
        .containsExactly(10L, 20L, 35L, 35L, 35L);
  }

  @Test
  void namesTheCauseRatherThanItsSymptom() {
    assertThat(FailureMessage.of(new RuntimeException(new OutOfMemoryError("Java heap space"))))
        .startsWith("Not enough memory (Java heap space).");
    assertThat(FailureMessage.of(new UncheckedIOException(new IOException("The archive is bad."))))
        .isEqualTo("The archive is bad.");
    assertThat(FailureMessage.of(new AccessDeniedException("/data/file")))
        .contains("AccessDenied")
        .contains("/data/file");
  }
}
