package dev.resnet.jobs;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Settings of the jobs' logs.
 *
 * @param logLines newest lines that are kept of each job, and as many changes of its status
 * @param workerName this process's name in the log; empty for the host's name and the process id
 */
@Validated
@ConfigurationProperties("resnet.jobs")
record JobLogProperties(
    @Min(10) @DefaultValue("1000") int logLines, @NotNull @DefaultValue("") String workerName) {

  String worker() {
    if (!workerName.isBlank()) {
      return workerName;
    }
    String host = System.getenv("HOSTNAME");
    return (host == null || host.isBlank() ? "process" : host)
        + "-"
        + ProcessHandle.current().pid();
  }
}
