package dev.resnet.jobs;

import dev.resnet.engine.EngineName;
import dev.resnet.engine.Precision;
import dev.resnet.training.Augmentation;
import dev.resnet.training.Keep;
import dev.resnet.training.LearningRate;
import dev.resnet.training.TrainingConfig;
import dev.resnet.training.checkpoint.Promote;
import java.nio.file.Path;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Jobs in a real database that no process runs: a test writes their states and epochs. */
public final class RecordedJobs {
  public static final int QUEUE_CAPACITY = JobsProcess.SETTINGS.queueCapacity();

  private final JdbcClient jdbc;
  private final TrainingJobs jobs;
  private final SweepJobs ofSweeps;

  public RecordedJobs(DataSource dataSource, Path home) {
    jdbc = JdbcClient.create(dataSource);
    var process = new JobsProcess(dataSource, home, JobsProcess.SETTINGS, false);
    jobs = process.jobs;
    ofSweeps = new SweepJobs(jdbc, process.store);
  }

  public TrainingJobs jobs() {
    return jobs;
  }

  public SweepJobs ofSweeps() {
    return ofSweeps;
  }

  /** A job of ten epochs with validation images. */
  public static NewJob request(double peak, long seed) {
    return new NewJob("a job", "a-model", config(peak, seed), null, Promote.NEVER);
  }

  public static TrainingConfig config(double peak, long seed) {
    return new TrainingConfig(
            1,
            "synthetic",
            10,
            10,
            new LearningRate.Constant(peak),
            0.9,
            1e-4,
            Augmentation.NONE,
            EngineName.AUTO,
            Precision.AUTO,
            seed,
            null,
            null)
        .choosing(0.2, Keep.BEST, null);
  }

  public void status(String job, JobStatus status) {
    jdbc.sql("update training_job set status = :status, attempt = 1 where id = :id")
        .param("status", status.name())
        .param("id", job)
        .update();
  }

  /** Adds the next epochs, with these validation accuracies. */
  public void epochs(String job, double... accuracies) {
    int done =
        jdbc.sql("select count(*) from training_epoch where job_id = :job")
            .param("job", job)
            .query(Integer.class)
            .single();
    for (double accuracy : accuracies) {
      done++;
      jdbc.sql(
              """
              insert into training_epoch (job_id, epoch, learning_rate, train_cross_entropy, l2_loss,
                train_accuracy, test_loss, test_accuracy, seconds, images_per_second, finished_at,
                validation_loss, validation_accuracy)
              values (:job, :epoch, 0.1, 1, 0, 0.5, 1, 0.5, 1, 100, :now, 1, :accuracy)
              """)
          .param("job", job)
          .param("epoch", done)
          .param("now", TestJobs.NOW.atOffset(ZoneOffset.UTC))
          .param("accuracy", accuracy)
          .update();
    }
  }
}
